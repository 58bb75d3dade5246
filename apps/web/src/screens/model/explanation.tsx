'use client';
import type { ModelView } from '@laurel/contracts';
import { Card, formatCount, formatScore, Num, Segmented, ShareBar, Switch } from '@laurel/ui';
import { Chart } from '@laurel/ui/charts';
import clsx from 'clsx';
import { useState } from 'react';
import { metricLabel } from '@/client/metric-label.ts';
import { useImportance, usePartialDependence } from '@/client/queries/models.ts';
import { dependenceSpec, importanceSpec } from './specs.ts';
import { Loaded, NoArtifact } from './summary.tsx';

/** Columns by importance on the left; the effect of the chosen one on the right. */
export function Explanation({ model }: { model: ModelView }) {
  const importance = useImportance(model.id, model.hasArtifact);
  const [chosen, setChosen] = useState<string | null>(null);
  const [rows, setRows] = useState(true);
  const [view, setView] = useState<'list' | 'chart'>('list');
  const feature = chosen ?? importance.data?.features[0]?.feature ?? null;
  // free text has no values to go through
  const text = model.inputs.find((input) => input.name === feature)?.type === 'text';
  const effect = usePartialDependence(model.id, text ? null : feature, 40);
  if (!model.hasArtifact) return <NoArtifact />;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,22rem)_minmax(0,1fr)]">
      <Card
        title="Columns by importance"
        aside={
          <Segmented
            label="Show as"
            value={view}
            onChange={setView}
            options={[
              { value: 'list', label: 'List' },
              { value: 'chart', label: 'Intervals' },
            ]}
          />
        }
      >
        <Loaded query={importance} what="The importance of columns">
          {(data) => {
            if (view === 'chart') return <Chart spec={importanceSpec(data, 20)} height="large" hideTitle />;
            const most = Math.max(1e-12, ...data.features.map((entry) => entry.mean));
            return (
              <>
                <p className="mb-2 text-ink-2 text-small">
                  How much {metricLabel(data.metric)} worsens when the column is shuffled, on {formatCount(data.rows)}{' '}
                  {data.split === 'holdout' ? 'holdout' : 'validation'} rows.
                </p>
                <ul className="-mx-2 max-h-[28rem] overflow-y-auto">
                  {data.features.map((entry) => (
                    <li key={entry.feature}>
                      <button
                        type="button"
                        aria-pressed={entry.feature === feature}
                        onClick={() => setChosen(entry.feature)}
                        className={clsx(
                          'grid w-full cursor-pointer grid-cols-[minmax(0,1fr)_5rem_3.5rem] items-center gap-2 rounded px-2 py-1.5 text-left hover:bg-hover',
                          entry.feature === feature && 'bg-accent-soft hover:bg-accent-soft',
                        )}
                      >
                        <bdi className="truncate" title={entry.feature}>
                          {entry.feature}
                        </bdi>
                        <ShareBar share={Math.max(0, entry.mean) / most} label={`importance ${entry.mean}`} />
                        <span className={clsx('text-right text-small', entry.ciLow <= 0 && 'text-ink-3')}>
                          <Num value={entry.mean} format={formatScore} />
                        </span>
                      </button>
                    </li>
                  ))}
                </ul>
              </>
            );
          }}
        </Loaded>
      </Card>
      <Card>
        {text ? (
          <p className="py-8 text-center text-ink-2">
            <bdi className="font-medium text-ink">{feature}</bdi> is free text: it has no values to go through, so there
            is no curve of its effect.
          </p>
        ) : feature === null ? null : (
          <Loaded query={effect} what={`The effect of ${feature}`} className="h-80 w-full">
            {(data) => (
              <Chart
                spec={dependenceSpec(data, model.target, rows)}
                height="large"
                controls={<Switch checked={rows} onChange={setRows} label="Single rows" />}
              />
            )}
          </Loaded>
        )}
        <p className={clsx('mt-2 text-ink-2 text-small', text && 'hidden')}>
          The other columns keep their values while this one is changed. Where columns depend on each other this can
          show combinations that never occur.
        </p>
      </Card>
    </div>
  );
}
