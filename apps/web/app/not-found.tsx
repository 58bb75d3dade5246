import { buttonClass } from '@laurel/ui';
import Link from 'next/link';

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-start justify-center gap-3 p-6">
      <h1 className="font-semibold text-title">There is nothing at this address</h1>
      <p className="text-ink-2">It may have been deleted, or it belongs to a project that you are not a member of.</p>
      <Link href="/" className={buttonClass('primary')}>
        Go to the start
      </Link>
    </main>
  );
}
