'use client';
import type { ModelView } from '@laurel/contracts';
import {
  Button,
  buttonClass,
  Card,
  ChampionBadge,
  CopyId,
  ErrorState,
  formatBytes,
  formatScore,
  formatSeconds,
  Skeleton,
  Tabs,
} from '@laurel/ui';
import { Chart } from '@laurel/ui/charts';
import Link from 'next/link';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { asFailure } from '@/client/api.ts';
import { useLearningCurves, useModel } from '@/client/queries/models.ts';
import { useProject } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import { mayEdit } from '@/client/types.ts';
import { Ago } from '@/frame/ago.tsx';
import { Page } from '@/frame/page.tsx';
import { Predict } from '../predict/predict.tsx';
import { Explanation } from './explanation.tsx';
import { FitAgain } from './fit-again.tsx';
import { Lineage } from './lineage.tsx';
import { Performance } from './performance.tsx';
import { iterationSpec } from './specs.ts';
import { Loaded, NoArtifact, Summary } from './summary.tsx';

const tabs = ['summary', 'performance', 'explanation', 'learning', 'predict', 'lineage'] as const;

export function ModelScreen({ id }: { id: string }) {
  const query = useModel(id);
  const model = query.data;
  const project = useProject(model?.projectId);
  if (query.error && !model) {
    return (
      <Page title="Model">
        <ErrorState
          title="The model could not be loaded."
          failure={asFailure(query.error)}
          onRetry={() => query.refetch()}
        />
      </Page>
    );
  }
  if (!model) {
    return (
      <Page title="Model">
        <Skeleton className="h-96 w-full" />
      </Page>
    );
  }
  const mayPromote = mayEdit(project.data) && model.hasArtifact && !model.champion;
  return (
    <Page
      title={model.name}
      projectId={model.projectId}
      crumbs={[{ label: 'Models', href: routes.models(model.projectId) }, { label: model.name }]}
      mark={model.champion ? <ChampionBadge /> : undefined}
      facts={[
        <CopyId key="id" id={model.id} />,
        `${model.metric.label} ${formatScore(model.score.mean)}`,
        <span key="target">
          predicts <bdi className="font-medium text-ink">{model.target}</bdi>
        </span>,
        `fitted in ${formatSeconds(model.fitSeconds)}`,
        formatBytes(model.sizeBytes),
        <Ago key="at" at={model.createdAt} />,
      ]}
      actions={
        <>
          <Link href={routes.leaderboard(model.experimentId)} className={buttonClass()}>
            Leaderboard
          </Link>
          {mayEdit(project.data) ? <FitAgain key={model.id} model={model} /> : null}
          {mayPromote ? (
            <Button kind="primary" render={<Link href={routes.promote(model.id)} />}>
              Request promotion
            </Button>
          ) : null}
        </>
      }
    >
      <ModelTabs model={model} />
    </Page>
  );
}

function ModelTabs({ model }: { model: ModelView }) {
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(tabs).withDefault('summary'));
  return (
    <Tabs
      label="Model"
      value={tab}
      onChange={(next) => void setTab(next)}
      items={[
        { value: 'summary', label: 'Summary', content: <Summary model={model} onOpen={(next) => void setTab(next)} /> },
        { value: 'performance', label: 'Performance', content: <Performance model={model} /> },
        { value: 'explanation', label: 'Explanation', content: <Explanation model={model} /> },
        { value: 'learning', label: 'Learning', content: <Learning model={model} /> },
        {
          value: 'predict',
          label: 'Predict',
          content: model.hasArtifact ? (
            <Predict target={{ modelId: model.id }} modelId={model.id} inputs={model.inputs} task={model.task} />
          ) : (
            <NoArtifact />
          ),
        },
        { value: 'lineage', label: 'Lineage', content: <Lineage model={model} /> },
      ]}
    />
  );
}

function Learning({ model }: { model: ModelView }) {
  const curves = useLearningCurves(model.id);
  return (
    <Loaded query={curves} what="The learning curves" className="h-80 w-full">
      {(data) =>
        data.iterations.length === 0 ? (
          <p className="text-ink-2">This family does not learn in steps, so it has no curve.</p>
        ) : (
          <Card>
            <Chart spec={iterationSpec([{ name: model.name, curves: data }], model.metric.label)} height="large" />
          </Card>
        )
      }
    </Loaded>
  );
}
