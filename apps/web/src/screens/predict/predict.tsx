'use client';
import type { ModelInput, TaskKind } from '@laurel/contracts';
import type { PredictTarget } from '@/client/queries/models.ts';
import { PredictForm } from './predict-form.tsx';
import { ScoreFile } from './score-file.tsx';
import { Snippets } from './snippets.tsx';

/** One row by hand, a whole file by drop, and the same from code. */
export function Predict({
  target,
  modelId,
  inputs,
  task,
}: {
  target: PredictTarget;
  modelId: string;
  inputs: readonly ModelInput[];
  task: TaskKind;
}) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <PredictForm key={modelId} target={target} modelId={modelId} inputs={inputs} task={task} />
      <div className="flex min-w-0 flex-col gap-4">
        <ScoreFile modelId={modelId} inputs={inputs} />
        <Snippets target={target} inputs={inputs} />
      </div>
    </div>
  );
}
