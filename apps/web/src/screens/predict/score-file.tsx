'use client';
import type { BatchReport, ModelInput } from '@laurel/contracts';
import {
  buttonClass,
  Card,
  ErrorState,
  FactTable,
  formatBytes,
  formatCount,
  formatScore,
  Notice,
  plural,
  Stat,
} from '@laurel/ui';
import clsx from 'clsx';
import { Download, LoaderCircle, Upload } from 'lucide-react';
import { type DragEvent, Fragment, type ReactNode, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { metricLabel } from '@/client/metric-label.ts';
import { type ScoredFile, useScoreFile } from '@/client/queries/models.ts';

const namedInputs = 8;
const trainedOn = 'Too good to be true where these rows were in the training data.';

/** A drop zone that scores a CSV: how its columns met the model's inputs, the score if the target is in it, the download. */
export function ScoreFile({ modelId, inputs }: { modelId: string; inputs: readonly ModelInput[] }) {
  const score = useScoreFile(modelId);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file) score.mutate(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <Card title="Score a file">
      <label
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={clsx(
          'flex cursor-pointer flex-col items-center gap-1.5 rounded border border-dashed px-4 py-6 text-center has-focus-visible:outline-2 has-focus-visible:outline-accent',
          over ? 'border-accent bg-accent-soft' : 'border-line-strong hover:bg-hover',
        )}
      >
        {score.isPending ? (
          <LoaderCircle aria-hidden className="size-5 text-accent-text motion-safe:animate-spin" />
        ) : (
          <Upload aria-hidden className="size-5 text-ink-3" />
        )}
        <span className="font-medium">
          {score.isPending
            ? `Scoring ${score.variables?.name} (${formatBytes(score.variables?.size)})`
            : 'Drop a CSV here, or choose one'}
        </span>
        <span className="text-ink-2 text-small">
          Columns are matched by name: {namesOf(inputs)}. With the target in it you also get the score.
        </span>
        <input
          type="file"
          accept=".csv,text/csv"
          className="sr-only"
          data-testid="score-file"
          disabled={score.isPending}
          onChange={(event) => {
            take(event.target.files);
            event.target.value = '';
          }}
        />
      </label>
      <div aria-live="polite" className="mt-4 empty:hidden">
        {score.error ? <ErrorState title="The file could not be scored." failure={asFailure(score.error)} /> : null}
        {score.data ? <Outcome job={score.data} /> : null}
      </div>
    </Card>
  );
}

/** The first names, and how many there are besides. */
function namesOf(inputs: readonly ModelInput[]): ReactNode {
  const first = inputs.slice(0, namedInputs);
  return (
    <>
      {first.map((input, index) => (
        <Fragment key={input.name}>
          {index > 0 ? ', ' : ''}
          <bdi className="wrap-anywhere font-medium text-ink">{input.name}</bdi>
        </Fragment>
      ))}
      {inputs.length > first.length ? ` and ${plural(inputs.length - first.length, 'more column')}` : ''}
    </>
  );
}

function Outcome({ job }: { job: ScoredFile }) {
  if (job.error || !job.report) {
    return (
      <ErrorState
        title="The file could not be scored."
        failure={job.error ?? { message: 'The job ended without a report. Try again.' }}
      />
    );
  }
  return (
    <div className="flex flex-col gap-3" data-testid="score-report">
      <Report report={job.report} />
      {job.downloadUrl ? (
        <a href={job.downloadUrl} download className={clsx(buttonClass('primary'), 'self-start')}>
          <Download aria-hidden className="size-3.5" />
          Download predictions
        </a>
      ) : null}
    </div>
  );
}

function Report({ report }: { report: BatchReport }) {
  const { score } = report;
  return (
    <>
      {score ? (
        <Stat
          label={`${metricLabel(score.metric)} on ${plural(score.rows, 'row')} with a known target`}
          value={formatScore(score.value)}
          note={
            score.ciLow === null
              ? trainedOn
              : `95 % interval ${formatScore(score.ciLow)} to ${formatScore(score.ciHigh)}. ${trainedOn}`
          }
        />
      ) : null}
      <FactTable
        caption="How the file met the model"
        rows={[
          { name: 'Rows', value: formatCount(report.rows) },
          { name: 'Columns matched', value: formatCount(report.matched.length) },
          { name: 'Columns missing', value: report.missing.length > 0 ? report.missing.join(', ') : 'none' },
          { name: 'Columns not used', value: report.unused.length > 0 ? report.unused.join(', ') : 'none' },
        ]}
      />
      {report.missing.length > 0 ? (
        <Notice tone="warn">
          {report.missing.length === 1 ? 'The column' : 'The columns'}{' '}
          <bdi className="font-medium">{report.missing.join(', ')}</bdi> {report.missing.length === 1 ? 'is' : 'are'}{' '}
          not in the file and counted as missing in every row. Predictions are worse for it.
        </Notice>
      ) : null}
      {report.unseen.map((entry) => (
        <Notice key={entry.column} tone="warn">
          {plural(entry.rows, 'row')} hold {plural(entry.values, 'value')} of {entry.column} that training never saw.
          They were treated as missing.
        </Notice>
      ))}
    </>
  );
}
