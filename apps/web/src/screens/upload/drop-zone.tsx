'use client';
import { formatBytes } from '@laurel/ui';
import clsx from 'clsx';
import { FileUp } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { acceptedFiles } from '@/client/upload.ts';
import { useFrame } from '@/frame/context.tsx';

/** A place to drop a file on, or to click and choose one. */
export function DropZone({
  onFile,
  title = 'Drop your own table',
  className,
}: {
  onFile: (file: File) => void;
  title?: string;
  className?: string;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const { maxUploadBytes } = useFrame();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onFile(file);
  };
  return (
    <div className={clsx('flex', className)}>
      <button
        type="button"
        data-testid="drop-zone"
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={clsx(
          'flex min-h-40 flex-1 cursor-pointer flex-col items-center justify-center gap-1 rounded border border-dashed px-6 py-8 text-center transition-colors',
          over ? 'border-accent bg-accent-soft' : 'border-field-line hover:bg-hover',
        )}
      >
        <FileUp aria-hidden className="mb-1 size-6 text-ink-3" strokeWidth={1.5} />
        <span className="font-medium">{title}</span>
        <span className="text-ink-2">CSV (also .csv.gz), Parquet, Excel or JSON lines</span>
        <span className="text-ink-3 text-small">
          or click to choose a file{maxUploadBytes ? `, up to ${formatBytes(maxUploadBytes)}` : ''}
        </span>
      </button>
      <input
        ref={input}
        type="file"
        accept={acceptedFiles}
        aria-label="Choose a table"
        data-testid="file-input"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) onFile(file);
        }}
      />
    </div>
  );
}
