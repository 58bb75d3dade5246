'use client';
import type { Evaluation, ModelView } from '@laurel/contracts';
import {
  Button,
  Card,
  Field,
  formatCount,
  formatPercent,
  formatScore,
  Input,
  Num,
  Segmented,
  Slider,
} from '@laurel/ui';
import { Chart } from '@laurel/ui/charts';
import clsx from 'clsx';
import { useMemo, useState } from 'react';
import { metricLabel } from '@/client/metric-label.ts';
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
        <div>
          <Segmented
            label="Rows"
            value={split}
            onChange={setSplit}
            options={[
              { value: 'oof', label: 'Validation' },
              { value: 'holdout', label: 'Holdout' },
            ]}
          />
        </div>
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
              {metricLabel(id)}
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
  const [threshold, setThreshold] = useState(data.threshold ?? 0.5);
  const point = useMemo(() => nearest(data.thresholds, threshold), [data.thresholds, threshold]);
  const roc = point && {
    x: point.fp / Math.max(1, point.fp + point.tn),
    y: point.tp / Math.max(1, point.tp + point.fn),
  };
  const pr = point && point.precision !== null && point.recall !== null && { x: point.recall, y: point.precision };
  return (
    <>
      <div className="grid gap-4 lg:grid-cols-2">
        <Card {...(point ? { title: `When is a row called "${model.positiveClass}"?` } : {})}>
          {point ? (
            <Threshold value={threshold} onChange={setThreshold} point={point} points={data.thresholds} />
          ) : null}
          <Confusion
            labels={data.confusion.labels}
            matrix={point ? matrixAt(data.confusion.labels, model.positiveClass, point) : data.confusion.matrix}
          />
        </Card>
        <Card>
          <Chart spec={rocSpec(data.roc, roc ?? undefined)} />
        </Card>
      </div>
      <div className={clsx('grid gap-4', data.lift.length > 0 ? 'lg:grid-cols-3' : 'lg:grid-cols-2')}>
        <Card>
          <Chart spec={prSpec(data.pr, pr || undefined)} />
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

/** One threshold drives the counts below it and the marks in the curves. */
function Threshold({
  value,
  onChange,
  point,
  points,
}: {
  value: number;
  onChange: (value: number) => void;
  point: ThresholdPoint;
  points: readonly ThresholdPoint[];
}) {
  return (
    <div className="mb-4 border-line border-b pb-4">
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
        <div className="min-w-48 flex-1">
          <Slider
            label="Threshold"
            value={value}
            onChange={onChange}
            min={0}
            max={1}
            step={0.01}
            format={(now) => now.toFixed(2)}
          />
        </div>
        <Field label="Threshold as a number" hideLabel className="w-20">
          <Input
            type="number"
            min={0}
            max={1}
            step={0.01}
            value={value}
            onChange={(event) => onChange(Math.min(1, Math.max(0, Number(event.target.value))))}
          />
        </Field>
        <span className="flex gap-1.5">
          <Button onClick={() => onChange(bestBy(points, (at) => at.f1 ?? 0))}>Best F1</Button>
          <Button onClick={() => onChange(0.5)}>One half</Button>
        </span>
      </div>
      <dl className="mt-3 flex flex-wrap gap-x-8 gap-y-2">
        <Fact name="Precision" value={formatPercent(point.precision)} />
        <Fact name="Recall" value={formatPercent(point.recall)} />
        <Fact name="F1" value={formatScore(point.f1)} />
        <Fact name="False alarms" value={formatCount(point.fp)} />
        <Fact name="Missed" value={formatCount(point.fn)} />
      </dl>
    </div>
  );
}

function Confusion({ labels, matrix }: { labels: readonly string[]; matrix: readonly (readonly number[])[] }) {
  const [share, setShare] = useState<'count' | 'share'>('count');
  return (
    <Chart
      spec={confusionSpec(labels, matrix, share === 'share')}
      controls={
        <Segmented
          label="Numbers in the matrix"
          value={share}
          onChange={setShare}
          options={[
            { value: 'count', label: 'Counts' },
            { value: 'share', label: '%', name: 'Share of the class' },
          ]}
        />
      }
    />
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

type ThresholdPoint = Classification['thresholds'][number];

function nearest(points: readonly ThresholdPoint[], threshold: number): ThresholdPoint | null {
  let best: ThresholdPoint | null = null;
  for (const point of points) {
    if (!best || Math.abs(point.threshold - threshold) < Math.abs(best.threshold - threshold)) best = point;
  }
  return best;
}

function bestBy(points: readonly ThresholdPoint[], value: (point: ThresholdPoint) => number): number {
  return points.reduce((best, point) => (value(point) > value(best) ? point : best), points[0] as ThresholdPoint)
    .threshold;
}

/** The two-by-two counts at a threshold, in the order of the labels. */
function matrixAt(labels: readonly string[], positive: string | null, at: ThresholdPoint): number[][] {
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
