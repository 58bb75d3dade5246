'use client';
import type { DatasetView } from '@laurel/contracts';
import { Button, ErrorState, formatBytes, formatPercent, formatSeconds, ProgressBar } from '@laurel/ui';
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useState } from 'react';
import { useDeleteDataset } from '@/client/queries/datasets.ts';
import { routes } from '@/client/routes.ts';
import { isText } from '@/client/upload.ts';
import { DropZone } from './drop-zone.tsx';
import { type ParseChoice, ParseForm, proposedChoice, sniffed, toParseOptions } from './parse-form.tsx';
import { type UploadState, useUpload } from './use-upload.ts';

/** Choosing, sending and reading a table, in the place of the drop zone. Ends on the dataset's page. */
export function UploadPanel({
  projectId,
  title,
  className,
  initialFile,
}: {
  projectId?: string | undefined;
  title?: string;
  className?: string;
  /** a file that was dropped elsewhere on the page */
  initialFile?: File | null;
}) {
  const router = useRouter();
  const remove = useDeleteDataset();
  const onReady = useCallback((dataset: DatasetView) => router.push(routes.dataset(dataset.id)), [router]);
  const { state, start, cancel, reset } = useUpload(projectId, onReady);
  useEffect(() => {
    if (initialFile) void start(initialFile, {});
  }, [initialFile, start]);
  switch (state.step) {
    case 'idle':
      return (
        <DropZone
          {...(title === undefined ? {} : { title })}
          {...(className === undefined ? {} : { className })}
          onFile={(file) => void start(file, {})}
        />
      );
    case 'sending':
      return <Sending state={state} onCancel={cancel} />;
    case 'reading':
      return (
        <div
          className="flex min-h-40 flex-col justify-center gap-3 rounded border border-line-strong p-6"
          role="status"
        >
          <p className="wrap-anywhere font-medium">{state.file.name}</p>
          <ProgressBar value={null} label="Reading the table" />
          <p className="text-ink-2">Reading the table: types, distributions and what may be wrong with it.</p>
        </div>
      );
    case 'failed':
      return (
        <Failed
          key={state.failure.message}
          state={state}
          onOther={reset}
          onRetry={(choice) => {
            if (state.datasetId) remove.mutate(state.datasetId);
            void start(state.file, toParseOptions(choice));
          }}
        />
      );
  }
}

function Sending({ state, onCancel }: { state: Extract<UploadState, { step: 'sending' }>; onCancel: () => void }) {
  const share = state.file.size === 0 ? 0 : state.sentBytes / state.file.size;
  const left =
    state.bytesPerSecond && state.bytesPerSecond > 0
      ? (state.file.size - state.sentBytes) / state.bytesPerSecond
      : null;
  return (
    <div className="flex min-h-40 flex-col justify-center gap-3 rounded border border-line-strong p-6">
      <div className="flex items-baseline justify-between gap-4">
        <p className="wrap-anywhere font-medium">{state.file.name}</p>
        <p className="tabular-nums">{formatPercent(share)}</p>
      </div>
      <ProgressBar value={share} label={`Uploading ${state.file.name}`} />
      <div className="flex items-center justify-between gap-4">
        <p className="text-ink-2 tabular-nums">
          {formatBytes(state.sentBytes)} of {formatBytes(state.file.size)}
          {state.bytesPerSecond === null ? null : ` · ${formatBytes(state.bytesPerSecond)}/s`}
          {left === null || left < 1 ? null : ` · ${formatSeconds(left)} left`}
        </p>
        <Button size="small" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </div>
  );
}

function Failed({
  state,
  onRetry,
  onOther,
}: {
  state: Extract<UploadState, { step: 'failed' }>;
  onRetry: (choice: ParseChoice) => void;
  onOther: () => void;
}) {
  // no way of reading makes a table of a picture, nor a large file small
  const hopeless = ['FILE_TOO_LARGE', 'NOT_TABULAR', 'EMPTY_FILE'].includes(state.failure.code ?? '');
  const readable = isText(state.file.name) && state.failure.status !== 403 && !hopeless;
  const [choice, setChoice] = useState(() => (readable ? proposedChoice(state.failure.message) : sniffed));
  return (
    <div className="flex flex-col gap-4" data-testid="upload-failed">
      <ErrorState title={`${state.file.name} could not be read.`} failure={state.failure} />
      {readable ? (
        <section aria-label="How to read the file" className="flex flex-col gap-3">
          <p className="text-ink-2">If the file is right and was only misread, say how to read it:</p>
          <ParseForm value={choice} onChange={setChoice} />
        </section>
      ) : null}
      <div className="flex gap-2">
        <Button kind={hopeless ? 'primary' : 'secondary'} onClick={onOther}>
          Choose another file
        </Button>
        {hopeless ? null : (
          <Button kind="primary" onClick={() => onRetry(choice)}>
            Send it again
          </Button>
        )}
      </div>
    </div>
  );
}
