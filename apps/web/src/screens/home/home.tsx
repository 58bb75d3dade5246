'use client';
import { ErrorState, Skeleton, Wreath } from '@laurel/ui';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useProjects } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import { useFrame } from '@/frame/context.tsx';
import { FirstRun } from './first-run.tsx';

/** The start: the first run as long as there is nothing, else the project that was open last. */
export function Home() {
  const projects = useProjects();
  const { projectId } = useFrame();
  const router = useRouter();
  const known = projects.data?.find((project) => project.id === projectId) ?? projects.data?.[0];
  // the project that the first run itself makes must not pull the person away from the run that was just started
  const [firstRun, setFirstRun] = useState(false);
  const nothingYet = projects.data?.length === 0;
  useEffect(() => {
    document.title = 'Laurel';
    if (nothingYet) setFirstRun(true);
    else if (known && !firstRun) router.replace(routes.project(known.id));
  }, [nothingYet, known, firstRun, router]);
  if (projects.isError) {
    return (
      <ErrorState
        title="Your projects could not be loaded."
        failure={asFailure(projects.error)}
        onRetry={() => void projects.refetch()}
      />
    );
  }
  if (projects.isPending || (known && !firstRun)) return <HomeSkeleton />;
  return (
    <div className="mx-auto max-w-5xl pt-8">
      <div className="mb-7 flex items-center gap-4">
        <Wreath className="size-12 text-accent-text" />
        <div>
          <h1 className="font-semibold text-title">Train your first models</h1>
          <p className="text-ink-2">
            Choose a table. Models compete on it while you watch, and the best of them can be crowned.
          </p>
        </div>
      </div>
      <FirstRun mayTrain />
    </div>
  );
}

export function HomeSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="mx-auto max-w-[1440px]">
      <Skeleton className="mb-2 h-7 w-56" />
      <Skeleton className="mb-6 h-4 w-80" />
      <div className="grid gap-4 lg:grid-cols-2">
        <Skeleton className="h-40" />
        <Skeleton className="h-40" />
      </div>
    </div>
  );
}
