'use client';
import type { Evaluation, ModelView } from '@laurel/contracts';
import { Card, Field, formatCount, formatPercent, formatScore, Input, Num, Segmented, Slider } from '@laurel/ui';
import { Chart } from '@laurel/ui/charts';
import { useMemo, useState } from 'react';
import { useEvaluation } from '@/client/queries/models.ts';
import { calibrationSpec, confusionSpec, liftSpec, prSpec, residualSpec, rocSpec, scatterSpec } from './specs.ts';
import { Loaded } from './summary.tsx';

type Split = 'oof' | 'holdout';
type Classification = NonNullable<Evaluation['classification']>;

export function Performance({ model }: { model: ModelView }) {
  const [split, setSplit] = useState<Split>('oof');
  const evaluation = useEvaluation(model.id, split);
  return (
    <div className="flex flex-col gap-4">
      {model.holdout ? (
        <Segmented
          label="Rows"
          value={split}
          onChange={setSplit}
          options={[
            { value: 'oof', label: 'Validation' },
            { value: 'holdout', label: 'Holdout' },
          ]}
        />
      ) : null}
      <Loaded query={evaluation} what="The evaluation" className="h-96 w-full">
        {(data) => (
          <>
            <Metrics evaluation={data} model={model} />
            {data.classification ? <ClassificationView model={model} data={data.classification} /> : null}
            {data.regression ? (
              <div className="grid gap-4 lg:grid-cols-2">
                <Card>
                  <Chart spec={scatterSpec(model.target, data.regression)} height="large" />
                </Card>
                <Card>
                  <Chart spec={residualSpec(model.target, data.regression)} height="large" />
                </Card>
              </div>
            ) : null}
          </>
        )}
      </Loaded>
    </div>
  );
}

function Metrics({ evaluation, model }: { evaluation: Evaluation; model: ModelView }) {
  return (
    <Card
      title="Metrics"
      aside={<span className="text-ink-2 text-small">{formatCount(evaluation.rows)} rows, 95 % intervals</span>}
    >
      <dl className="grid grid-cols-2 gap-x-8 gap-y-3 sm:grid-cols-3 lg:grid-cols-5">
        {Object.entries(evaluation.metrics).map(([id, metric]) => (
          <div key={id} className="min-w-0">
            <dt
              className={id === model.metric.id ? 'font-medium text-accent-text text-small' : 'text-ink-2 text-small'}
            >
              {id}
            </dt>
            <dd className="font-medium">
              <Num value={metric.value} format={formatScore} />
            </dd>
            <dd className="text-ink-3 text-small tabular-nums">
              {metric.ciLow === null ? '' : `${formatScore(metric.ciLow)} to ${formatScore(metric.ciHigh)}`}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function ClassificationView({ model, data }: { model: ModelView; data: Classification }) {
  const binary = data.thresholds.length > 0;
  const [threshold, setThreshold] = useState(data.threshold ?? 0.5);
  const [share, setShare] = useState<'count' | 'share'>('count');
  const point = useMemo(() => nearest(data.thresholds, threshold), [data.thresholds, threshold]);
  const matrix = binary && point ? matrixAt(data.confusion.labels, model.positiveClass, point) : data.confusion.matrix;
  const mark =
    binary && point
      ? {
          x: point.fp / Math.max(1, point.fp + point.tn),
          y: point.tp / Math.max(1, point.tp + point.fn),
          label: `threshold ${point.threshold.toFixed(2)}`,
        }
      : undefined;
  return (
    <>
      {binary && point ? (
        <Card title={`When is a row called "${model.positiveClass}"?`}>
          <div className="flex flex-wrap items-end gap-x-8 gap-y-3">
            <div className="min-w-48 flex-1">
              <Slider
                label="Threshold"
                value={threshold}
                onChange={setThreshold}
                min={0}
                max={1}
                step={0.01}
                format={(value) => value.toFixed(2)}
              />
            </div>
            <Field label="Threshold as a number" hideLabel className="w-20">
              <Input
                type="number"
                min={0}
                max={1}
                step={0.01}
                value={threshold}
                onChange={(event) => setThreshold(Math.min(1, Math.max(0, Number(event.target.value))))}
              />
            </Field>
            <Preset label="Best F1" onClick={() => setThreshold(bestBy(data.thresholds, (at) => at.f1 ?? 0))} />
            <Preset label="One half" onClick={() => setThreshold(0.5)} />
          </div>
          <dl className="mt-3 flex flex-wrap gap-x-8 gap-y-2">
            <Fact name="Precision" value={formatPercent(point.precision)} />
            <Fact name="Recall" value={formatPercent(point.recall)} />
            <Fact name="F1" value={formatScore(point.f1)} />
            <Fact name="False alarms" value={formatCount(point.fp)} />
            <Fact name="Missed" value={formatCount(point.fn)} />
          </dl>
        </Card>
      ) : null}
      <div className="grid gap-4 lg:grid-cols-2">
        <Card>
          <Chart
            spec={confusionSpec(data.confusion.labels, matrix, share === 'share')}
            controls={
              <Segmented
                label="Numbers in the matrix"
                value={share}
                onChange={setShare}
                options={[
                  { value: 'count', label: 'Counts' },
                  { value: 'share', label: '%' },
                ]}
              />
            }
          />
        </Card>
        <Card>
          <Chart spec={rocSpec(data.roc, mark)} height="large" />
        </Card>
        <Card>
          <Chart spec={prSpec(data.pr)} />
        </Card>
        <Card>
          <Chart spec={calibrationSpec(data.calibration)} />
        </Card>
        {data.lift.length > 0 ? (
          <Card>
            <Chart spec={liftSpec(data.lift)} />
          </Card>
        ) : null}
      </div>
    </>
  );
}

function Preset({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="h-8 cursor-pointer rounded border border-line-strong px-2.5 text-small hover:bg-hover"
    >
      {label}
    </button>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-ink-2 text-small">{name}</dt>
      <dd className="font-medium tabular-nums">{value}</dd>
    </div>
  );
}

type Threshold = Classification['thresholds'][number];

function nearest(points: readonly Threshold[], threshold: number): Threshold | null {
  let best: Threshold | null = null;
  for (const point of points) {
    if (!best || Math.abs(point.threshold - threshold) < Math.abs(best.threshold - threshold)) best = point;
  }
  return best;
}

function bestBy(points: readonly Threshold[], value: (point: Threshold) => number): number {
  return points.reduce((best, point) => (value(point) > value(best) ? point : best), points[0] as Threshold).threshold;
}

/** The two-by-two counts at a threshold, in the order of the labels. */
function matrixAt(labels: readonly string[], positive: string | null, at: Threshold): number[][] {
  const positiveFirst = labels[0] === positive;
  return positiveFirst
    ? [
        [at.tp, at.fn],
        [at.fp, at.tn],
      ]
    : [
        [at.tn, at.fp],
        [at.fn, at.tp],
      ];
}
