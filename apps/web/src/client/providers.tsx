'use client';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { ToastProvider, TooltipProvider } from '@laurel/ui';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { type ReactNode, useState } from 'react';
import { ApiFailure } from './api.ts';

/** What every page stands in: the query cache, state in the address, tooltips, toasts, and the nonce for the style elements of Base UI. */
export function Providers({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  const [client] = useState(makeQueryClient);
  const tree = (
    <QueryClientProvider client={client}>
      <NuqsAdapter>
        <TooltipProvider>
          <ToastProvider>{children}</ToastProvider>
        </TooltipProvider>
      </NuqsAdapter>
    </QueryClientProvider>
  );
  return <CSPProvider {...(nonce === undefined ? {} : { nonce })}>{tree}</CSPProvider>;
}

function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2000,
        // what was refused stays refused; what broke on the way may work a moment later
        retry: (count, error) => count < 2 && !(error instanceof ApiFailure && error.status < 500 && error.status > 0),
        retryDelay: (count) => 500 * 2 ** count,
      },
      mutations: { retry: false },
    },
  });
}
