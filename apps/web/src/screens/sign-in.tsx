'use client';
import { Button, Field, Input, Wreath } from '@laurel/ui';
import { type FormEvent, useEffect, useState } from 'react';
import { ApiFailure, api } from '@/client/api.ts';
import { useMounted } from '@/frame/mounted.ts';

/** The door. The first sign-in is printed by the launcher, and the page says so. */
export function SignIn({ next }: { next: string }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const ready = useMounted();
  useEffect(() => {
    document.title = 'Sign in · Laurel';
  }, []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.post('/sessions', { email, password });
      window.location.assign(next);
    } catch (failure) {
      setBusy(false);
      setError(
        failure instanceof ApiFailure && failure.status === 401
          ? 'This e-mail and password do not belong together. Check both and try again.'
          : (failure as Error).message,
      );
    }
  };
  return (
    <main className="flex min-h-dvh items-center justify-center p-6">
      <div className="w-full max-w-[340px]">
        <div className="mb-8 flex items-center gap-3">
          <Wreath className="size-10 text-accent-text" />
          <div>
            <h1 className="font-semibold text-title leading-6">Laurel</h1>
            <p className="text-ink-2">Watch models compete on your own tables</p>
          </div>
        </div>
        <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
          <Field label="E-mail">
            <Input
              type="email"
              name="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          </Field>
          <Field label="Password">
            <Input
              type="password"
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </Field>
          {error ? (
            <p role="alert" className="rounded bg-danger-soft px-3 py-2">
              {error}
            </p>
          ) : null}
          <Button kind="primary" type="submit" busy={busy} disabled={!ready || email === '' || password === ''}>
            Sign in
          </Button>
        </form>
        <p className="mt-6 border-line border-t pt-4 text-ink-2 text-small">
          First time here? The address, e-mail and password of the first administrator were printed where Laurel was
          started, and are kept in <code className="font-mono">credentials.json</code> in its data directory. Everyone
          else is added by an administrator.
        </p>
      </div>
    </main>
  );
}
