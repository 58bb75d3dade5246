'use client';
import { Toast as Base } from '@base-ui/react/toast';
import clsx from 'clsx';
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import type { ReactNode } from 'react';

const manager = Base.createToastManager();

/** Says what happened, from anywhere in the browser. Errors stay until closed. */
export function toast(options: {
  title: string;
  text?: string;
  kind?: 'done' | 'error';
  action?: { label: string; onClick: () => void };
}): void {
  manager.add({
    title: options.title,
    ...(options.text === undefined ? {} : { description: options.text }),
    type: options.kind ?? 'done',
    priority: options.kind === 'error' ? 'high' : 'low',
    timeout: options.kind === 'error' ? 0 : 5000,
    ...(options.action ? { actionProps: { children: options.action.label, onClick: options.action.onClick } } : {}),
  });
}

/** Once, around the app. */
export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Base.Provider toastManager={manager} limit={4}>
      {children}
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-16 z-50 flex w-[calc(100vw-2rem)] flex-col gap-2 sm:bottom-4 sm:w-88">
          <Toasts />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function Toasts() {
  const { toasts } = Base.useToastManager();
  return toasts.map((entry) => (
    <Base.Root
      key={entry.id}
      toast={entry}
      swipeDirection={['right', 'down']}
      className="layer rounded bg-surface p-3 shadow-float data-limited:hidden"
    >
      <Base.Content className="flex items-start gap-2.5">
        {entry.type === 'error' ? (
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
        ) : (
          <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-accent-text" />
        )}
        <div className="min-w-0 flex-1">
          <Base.Title className="font-medium text-body" />
          <Base.Description className="wrap-anywhere text-ink-2 text-small" />
        </div>
        <Base.Action className="cursor-pointer rounded-sm px-1.5 font-medium text-accent-text text-small hover:bg-hover" />
        <Base.Close
          aria-label="Close"
          className={clsx(
            'flex size-5 shrink-0 cursor-pointer items-center justify-center rounded-sm text-ink-3 hover:text-ink',
          )}
        >
          <X aria-hidden className="size-3.5" />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ));
}
