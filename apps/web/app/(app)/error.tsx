'use client';
import { ErrorState } from '@laurel/ui';
import { asFailure } from '@/client/api.ts';

export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div className="mx-auto max-w-2xl pt-10">
      <ErrorState
        title="This page failed."
        failure={{ ...asFailure(error), requestId: error.digest }}
        onRetry={reset}
      />
    </div>
  );
}
