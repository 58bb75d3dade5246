import type { RunEventData } from '@laurel/contracts';
import { json, type Tx } from './sql.ts';

/**
 * Appends events under the lock of the experiment's row (the counter's update takes it), so their numbers follow the
 * commits and a reader's cursor loses none. A trial's newest progress replaces the ones before, whose numbers are
 * then skipped; all else is numbered without a gap.
 */
export async function addEvents(
  tx: Tx,
  experiment: { id: string; projectId: string },
  events: readonly RunEventData[],
): Promise<void> {
  if (events.length === 0) return;
  const [row] = await tx.query<{ event_count: number }>(
    'UPDATE experiment SET event_count = event_count + $2 WHERE id = $1 RETURNING event_count',
    [experiment.id, events.length],
  );
  const start = row!.event_count - events.length;
  const progressOf = events.flatMap((event) =>
    event.type === 'trial-progress' || event.type === 'trial' ? [event.trialId] : [],
  );
  if (progressOf.length > 0) {
    await tx.query(
      `DELETE FROM experiment_event WHERE experiment_id = $1 AND trial_id = ANY ($2) AND type = 'trial-progress'`,
      [experiment.id, progressOf],
    );
  }
  await tx.query(
    `INSERT INTO experiment_event (experiment_id, number, project_id, at, type, trial_id, data)
     SELECT $1, number, $2, clock_timestamp(), type, trial_id, data::jsonb
     FROM unnest($3::int[], $4::text[], $5::text[], $6::text[]) AS row (number, type, trial_id, data)`,
    [
      experiment.id,
      experiment.projectId,
      events.map((_, index) => start + index + 1),
      events.map((event) => event.type),
      events.map((event) => ('trialId' in event ? event.trialId : null)),
      events.map((event) => json(event)),
    ],
  );
  tx.notify('events', experiment.id);
}
