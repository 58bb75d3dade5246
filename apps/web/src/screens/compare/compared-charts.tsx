'use client';
import type { ModelView } from '@laurel/contracts';
import { Card, Select, Skeleton } from '@laurel/ui';
import { Chart } from '@laurel/ui/charts';
import { useState } from 'react';
import { useManyEvaluations, useManyLearningCurves, usePartialDependences } from '@/client/queries/models.ts';
import { iterationSpec, overlaidDependenceSpec, rocSpec } from '../model/specs.ts';

/** Learning curves, ROC and the effect of one column, one line per model in its colour. */
export function ComparedCharts({ models, metric }: { models: readonly ModelView[]; metric: ModelView['metric'] }) {
  const binary = models.every((model) => model.task === 'binary');
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card>
        <ComparedLearning models={models} metric={metric} />
      </Card>
      {binary ? (
        <Card>
          <ComparedRoc models={models} />
        </Card>
      ) : null}
      <Card className={binary ? 'lg:col-span-2' : ''}>
        <ComparedDependence models={models} />
      </Card>
    </div>
  );
}

function ComparedLearning({ models, metric }: { models: readonly ModelView[]; metric: ModelView['metric'] }) {
  const queries = useManyLearningCurves(models.map((model) => model.id));
  if (queries.some((query) => query.isPending)) return <Skeleton className="h-72 w-full" />;
  const drawn = queries.flatMap((query, index) =>
    query.data && query.data.iterations.length > 0 && models[index]?.metric.id === metric.id
      ? [{ name: models[index]?.name ?? '', color: index, curves: query.data }]
      : [],
  );
  const without = models.filter((_, index) => (queries[index]?.data?.iterations.length ?? 0) === 0);
  const others = models.filter((model) => model.metric.id !== metric.id);
  // two lines even for one model: on a shared axis shares are compared, whatever the number of models that have a curve
  const spec = iterationSpec(
    drawn.length === 1
      ? [...drawn, { name: '', color: 0, curves: { iterations: [], iterationLabel: '', sampleSize: [] } }]
      : drawn,
    metric.label,
  );
  return (
    <>
      <Chart spec={spec} />
      {without.length > 0 ? (
        <p className="mt-1 text-ink-2 text-small">
          Without a curve, since they do not learn in steps: {without.map((model) => model.name).join(', ')}.
        </p>
      ) : null}
      {others.length > 0 ? (
        <p className="mt-1 text-ink-2 text-small">
          Trained by another metric, so not on this axis: {others.map((model) => model.name).join(', ')}.
        </p>
      ) : null}
    </>
  );
}

function ComparedDependence({ models }: { models: readonly ModelView[] }) {
  const shared = (models[0]?.inputs ?? []).filter(
    (input) =>
      input.type !== 'text' && models.every((model) => model.inputs.some((other) => other.name === input.name)),
  );
  const [feature, setFeature] = useState(shared[0]?.name ?? null);
  const kept = models.map((model, index) => ({ model, index })).filter(({ model }) => model.hasArtifact);
  const queries = usePartialDependences(
    kept.map(({ model }) => model.id),
    feature,
  );
  const effects = queries.flatMap((query, at) => {
    const entry = kept[at];
    return query.data && entry ? [{ name: entry.model.name, color: entry.index, effect: query.data }] : [];
  });
  return (
    <>
      {queries.some((query) => query.isPending) ? (
        <Skeleton className="h-72 w-full" />
      ) : (
        <Chart
          spec={overlaidDependenceSpec(effects, models[0]?.target ?? '')}
          controls={
            feature === null ? null : (
              <div className="w-44 shrink-0">
                <Select
                  size="small"
                  label="Column"
                  value={feature}
                  onChange={setFeature}
                  options={shared.map((input) => ({ value: input.name, label: input.name }))}
                />
              </div>
            )
          }
        />
      )}
      {kept.length < models.length ? (
        <p className="mt-1 text-ink-2 text-small">Models that were not kept have no effect plot.</p>
      ) : null}
    </>
  );
}

function ComparedRoc({ models }: { models: readonly ModelView[] }) {
  const queries = useManyEvaluations(models.map((model) => model.id));
  if (queries.some((query) => query.isPending)) return <Skeleton className="h-72 w-full" />;
  const curves = queries.flatMap((query, index) => {
    const model = models[index];
    const roc = query.data?.classification?.roc;
    const curve = roc?.find((entry) => entry.label === model?.positiveClass) ?? roc?.[0];
    return curve && model ? [{ ...curve, label: model.name }] : [];
  });
  return <Chart spec={rocSpec(curves)} />;
}
