'use client';
import { Dialog } from '@laurel/ui';
import { UploadPanel } from './upload-panel.tsx';

export function UploadDialog({
  projectId,
  open,
  onOpenChange,
  initialFile,
}: {
  projectId: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  initialFile?: File | null;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Upload a table"
      description="One row per case, one column per fact, and a column that holds what you want to predict."
      wide
    >
      <UploadPanel projectId={projectId} title="Drop a table here" initialFile={initialFile ?? null} />
    </Dialog>
  );
}
