'use client';
import type { ModelView } from '@laurel/contracts';
import {
  Card,
  CopyId,
  FactTable,
  formatBytes,
  formatInstant,
  formatNumber,
  formatPercent,
  formatSeconds,
} from '@laurel/ui';
import Link from 'next/link';
import { routes } from '@/client/routes.ts';

/** Where the model comes from, and everything that makes it again. */
export function Lineage({ model }: { model: ModelView }) {
  const { lineage } = model;
  // the members of an ensemble have a card of their own, with names and weights
  const config = Object.entries(model.config).filter(([name]) => name !== 'members' || lineage.members.length === 0);
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card title="Where it comes from">
        <FactTable
          caption="Lineage"
          rows={[
            {
              name: 'Data',
              value: (
                <Link href={routes.dataset(lineage.datasetId)} className="link">
                  {lineage.datasetName}, version {lineage.datasetVersion}
                </Link>
              ),
            },
            { name: 'SHA-256 of the data', value: <CopyId id={lineage.datasetSha256} /> },
            { name: 'SHA-256 of the split', value: <CopyId id={lineage.splitSha256} /> },
            {
              name: 'Experiment',
              value: (
                <Link href={routes.experiment(model.experimentId)} className="link">
                  trial {model.trialNumber}
                </Link>
              ),
            },
            ...(lineage.refitOf
              ? [
                  {
                    name: lineage.refitOf.kind === 'full' ? 'Fitted on all rows, from' : 'Distilled from',
                    value: (
                      <Link href={routes.model(lineage.refitOf.modelId)} className="link">
                        the model it was made of
                      </Link>
                    ),
                  },
                ]
              : []),
            { name: 'Seed', value: String(lineage.seed) },
            { name: 'Code version', value: lineage.codeVersion },
            {
              name: 'SHA-256 of the model',
              value: lineage.artifactSha256 ? <CopyId id={lineage.artifactSha256} /> : 'not kept',
            },
            { name: 'Trained', value: formatInstant(Date.parse(model.createdAt)) },
            { name: 'Time to fit', value: formatSeconds(model.fitSeconds) },
            { name: 'Time per row', value: `${formatNumber(model.predictMsPerRow)} ms` },
            { name: 'Size', value: formatBytes(model.sizeBytes) },
          ]}
        />
      </Card>
      <div className="flex flex-col gap-4">
        {lineage.members.length > 0 ? (
          <Card title="Members">
            <FactTable
              caption="Members of the ensemble"
              rows={lineage.members.map((member) => ({
                name: (
                  <Link href={routes.model(member.modelId)} className="link">
                    {member.name}
                  </Link>
                ),
                value: <span className="whitespace-nowrap">{formatPercent(member.weight)}</span>,
              }))}
            />
          </Card>
        ) : null}
        {config.length > 0 || lineage.members.length === 0 ? (
          <Card title="Configuration">
            {config.length > 0 ? (
              <FactTable
                caption="Configuration"
                rows={config.map(([name, value]) => ({
                  name: <code className="font-mono text-small">{name}</code>,
                  value: shown(value),
                }))}
              />
            ) : (
              <p className="text-ink-2">This model was fitted with the settings that its family starts from.</p>
            )}
          </Card>
        ) : null}
        <Card title="Inputs">
          <FactTable
            caption="Inputs"
            rows={model.inputs.map((input) => ({
              name: <bdi>{input.name}</bdi>,
              value: input.levels ? `${input.type}, ${input.levels.length} values` : input.type,
            }))}
          />
        </Card>
      </div>
    </div>
  );
}

function shown(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value, 4);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
