'use client';
import type { ExperimentView } from '@laurel/contracts';
import { Button, ConfirmDialog, formatSeconds, Menu, Popover, plural, toast } from '@laurel/ui';
import { Copy, Ellipsis, FlagTriangleRight, Pause, Play, Plus, Trash2, X } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { asFailure } from '@/client/api.ts';
import {
  type ExperimentCommand,
  isEnded,
  useDeleteExperiment,
  useExperimentCommand,
  useExtendExperiment,
} from '@/client/queries/experiments.ts';
import { routes } from '@/client/routes.ts';

/** What can be done with a run: end it now, throw it away, or make one like it. */
export function RunActions({ experiment, editable }: { experiment: ExperimentView; editable: boolean }) {
  const command = useExperimentCommand(experiment.id);
  const [asking, setAsking] = useState<'cancel' | 'delete' | null>(null);
  if (!editable) return null;
  const send = (which: ExperimentCommand) =>
    command.mutate(which, {
      onError: (error) =>
        toast({ kind: 'error', title: 'That did not reach the experiment.', text: asFailure(error).message }),
      onSettled: () => setAsking(null),
    });
  if (isEnded(experiment)) return <EndedActions experiment={experiment} asking={asking} onAsk={setAsking} />;
  const pausing = experiment.status === 'paused' ? 'resume' : 'pause';
  return (
    <>
      <Button icon={<X aria-hidden className="size-3.5" />} onClick={() => setAsking('cancel')}>
        Cancel
      </Button>
      {experiment.status === 'running' || experiment.status === 'paused' ? (
        <>
          <Extend experiment={experiment} />
          <Button
            icon={
              pausing === 'resume' ? (
                <Play aria-hidden className="size-3.5" />
              ) : (
                <Pause aria-hidden className="size-3.5" />
              )
            }
            busy={command.isPending && command.variables === pausing}
            title={pausing === 'pause' ? 'Stops training for now; the pause does not count' : undefined}
            onClick={() => send(pausing)}
          >
            {pausing === 'resume' ? 'Resume' : 'Pause'}
          </Button>
        </>
      ) : null}
      <Button
        kind="primary"
        icon={<FlagTriangleRight aria-hidden className="size-3.5" />}
        busy={command.isPending && command.variables === 'finish'}
        disabled={experiment.status === 'finishing' || experiment.progress.trialsDone === 0}
        title="Ends the search now and keeps the best so far"
        onClick={() => send('finish')}
      >
        Finish now
      </Button>
      <ConfirmDialog
        open={asking === 'cancel'}
        onOpenChange={(open) => setAsking(open ? 'cancel' : null)}
        title="Cancel this experiment?"
        action="Cancel the experiment"
        busy={command.isPending}
        onConfirm={() => send('cancel')}
      >
        Nothing more is tried and no winner is chosen. The models that are finished stay to be looked at. To keep the
        best so far as the winner, choose Finish now instead.
      </ConfirmDialog>
    </>
  );
}

/** Gives a run that goes on more seconds, or more models, of whichever its budget is made. */
function Extend({ experiment }: { experiment: ExperimentView }) {
  const extend = useExtendExperiment(experiment.id);
  const inSeconds = experiment.progress.secondsBudget !== null;
  const presets = inSeconds ? [30, 60, 300, 900] : [5, 10, 20, 50];
  return (
    <Popover
      title="Add to the budget"
      align="end"
      trigger={<Button icon={<Plus aria-hidden className="size-3.5" />}>Extend</Button>}
    >
      {(close) => (
        <div className="flex flex-wrap gap-2">
          {presets.map((amount) => (
            <Button
              key={amount}
              busy={extend.isPending && (extend.variables.seconds ?? extend.variables.trials) === amount}
              onClick={() =>
                extend.mutate(inSeconds ? { seconds: amount } : { trials: amount }, {
                  onSuccess: close,
                  onError: (error) =>
                    toast({ kind: 'error', title: 'The budget was not extended.', text: asFailure(error).message }),
                })
              }
            >
              {`+ ${inSeconds ? formatSeconds(amount) : plural(amount, 'model')}`}
            </Button>
          ))}
        </div>
      )}
    </Popover>
  );
}

function EndedActions({
  experiment,
  asking,
  onAsk,
}: {
  experiment: ExperimentView;
  asking: 'cancel' | 'delete' | null;
  onAsk: (asking: 'delete' | null) => void;
}) {
  const remove = useDeleteExperiment();
  const router = useRouter();
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button square aria-label="More">
            <Ellipsis aria-hidden className="size-4" />
          </Button>
        }
        groups={[
          [
            {
              id: 'again',
              label: 'New experiment like this',
              icon: <Copy aria-hidden className="size-4" />,
              render: <Link href={routes.experimentLike(experiment)} />,
            },
          ],
          [
            {
              id: 'delete',
              label: 'Delete',
              danger: true,
              icon: <Trash2 aria-hidden className="size-4" />,
              onSelect: () => onAsk('delete'),
            },
          ],
        ]}
      />
      {experiment.winnerModelId ? (
        <Button kind="primary" render={<Link href={routes.model(experiment.winnerModelId)} />}>
          Open the winner
        </Button>
      ) : null}
      <ConfirmDialog
        open={asking === 'delete'}
        onOpenChange={(open) => onAsk(open ? 'delete' : null)}
        title="Delete this experiment?"
        action="Delete the experiment"
        busy={remove.isPending}
        onConfirm={() =>
          remove.mutate(experiment.id, {
            onSuccess: () => {
              toast({ title: `${experiment.name} was deleted.` });
              router.push(routes.experiments(experiment.projectId));
            },
            onError: (error) => {
              onAsk(null);
              toast({ kind: 'error', title: 'The experiment could not be deleted.', text: asFailure(error).message });
            },
          })
        }
      >
        Its models and their scores are removed for good. What happened to them stays in the audit log.
      </ConfirmDialog>
    </>
  );
}
