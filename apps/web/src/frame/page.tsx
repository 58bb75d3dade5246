'use client';
import { FactsLine } from '@laurel/ui';
import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import { Fragment, type ReactNode, useEffect } from 'react';
import { createPortal } from 'react-dom';
import { useProject } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import { useShownProject } from './context.tsx';
import { useMounted } from './mounted.ts';

export interface Crumb {
  label: string;
  href?: string;
}

export interface PageProps {
  title: ReactNode;
  /** what the browser's tab says; the title itself when it is text */
  documentTitle?: string;
  /** one line of facts under the title */
  facts?: readonly ReactNode[];
  /** buttons at the right of the title, the primary one last */
  actions?: ReactNode;
  /** the project that the page belongs to; its name leads the breadcrumbs */
  projectId?: string | null | undefined;
  crumbs?: readonly Crumb[];
  /** a badge behind the title */
  mark?: ReactNode;
  children: ReactNode;
  /** narrow: for forms and reading */
  narrow?: boolean;
}

/** The head and the body of every page inside the frame. */
export function Page(props: PageProps) {
  const { title, facts, actions, mark, children, narrow } = props;
  useShownProject(props.projectId);
  const tabTitle = props.documentTitle ?? (typeof title === 'string' ? title : 'Laurel');
  useEffect(() => {
    document.title = `${tabTitle} · Laurel`;
  }, [tabTitle]);
  return (
    <div className={narrow ? 'mx-auto w-full max-w-4xl' : 'mx-auto w-full max-w-[1440px]'}>
      <Breadcrumbs projectId={props.projectId} crumbs={props.crumbs ?? []} />
      <div className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="wrap-anywhere line-clamp-2 min-w-0 font-semibold text-title">{title}</h1>
            {mark}
          </div>
          {facts ? (
            <div className="mt-1">
              <FactsLine facts={facts} />
            </div>
          ) : null}
        </div>
        {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
      </div>
      {children}
    </div>
  );
}

/** Drawn into the top bar, so that pages say where they are without the bar knowing them. */
function Breadcrumbs({ projectId, crumbs }: { projectId: string | null | undefined; crumbs: readonly Crumb[] }) {
  const mounted = useMounted();
  const project = useProject(projectId);
  const slot = mounted ? document.getElementById('breadcrumbs') : null;
  if (!slot) return null;
  const all: Crumb[] = [
    { label: 'Projects', href: routes.projects },
    ...(projectId ? [{ label: project.data?.name ?? '…', href: routes.project(projectId) }] : []),
    ...crumbs,
  ];
  return createPortal(
    <ol className="flex min-w-0 items-center gap-1 text-ink-2">
      {all.map((crumb, index) => (
        <Fragment key={crumb.href ?? crumb.label}>
          {index > 0 ? <ChevronRight aria-hidden className="size-3.5 shrink-0 text-ink-3" /> : null}
          <li className={index === all.length - 1 ? 'min-w-0 shrink' : 'hidden min-w-0 shrink sm:block'}>
            {crumb.href && index < all.length - 1 ? (
              <Link href={crumb.href} className="block max-w-44 truncate rounded-sm no-underline hover:text-ink">
                <bdi>{crumb.label}</bdi>
              </Link>
            ) : (
              <span
                aria-current={index === all.length - 1 ? 'page' : undefined}
                className="block max-w-56 truncate text-ink"
              >
                <bdi>{crumb.label}</bdi>
              </span>
            )}
          </li>
        </Fragment>
      ))}
    </ol>,
    slot,
  );
}
