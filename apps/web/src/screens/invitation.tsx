'use client';
import { Button, Field, Input, Wreath } from '@laurel/ui';
import { type FormEvent, useState } from 'react';
import { api, asFailure } from '@/client/api.ts';
import { routes } from '@/client/routes.ts';
import { useMounted } from '@/frame/mounted.ts';

/** Where an invitation leads. Its token stands behind the # of the address, which no server and no log gets to see. */
export function Invitation() {
  const mounted = useMounted();
  const token = mounted ? window.location.hash.slice(1) : '';
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.post('/invitations/accept', { token, password });
      window.location.assign(routes.signIn);
    } catch (failure) {
      setBusy(false);
      setError(asFailure(failure).message);
    }
  };
  return (
    <main className="flex min-h-dvh items-center justify-center p-6">
      <div className="w-full max-w-[340px]">
        <div className="mb-8 flex items-center gap-3">
          <Wreath className="size-10 text-accent-text" />
          <div>
            <h1 className="font-semibold text-title leading-6">Welcome to Laurel</h1>
            <p className="text-ink-2">Choose your password</p>
          </div>
        </div>
        {mounted && token === '' ? (
          <p role="alert" className="rounded bg-danger-soft px-3 py-2">
            This address is not a whole invitation. Copy all of it, also what follows the # sign.
          </p>
        ) : (
          <form onSubmit={submit} className="flex flex-col gap-4">
            <Field label="Password" hint="At least 8 characters">
              <Input
                type="password"
                autoComplete="new-password"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            </Field>
            <Field
              label="The same again"
              error={again !== '' && again !== password ? 'The two are not the same.' : null}
            >
              <Input
                type="password"
                autoComplete="new-password"
                value={again}
                onChange={(event) => setAgain(event.target.value)}
              />
            </Field>
            {error ? (
              <p role="alert" className="rounded bg-danger-soft px-3 py-2">
                {error}
              </p>
            ) : null}
            <Button kind="primary" type="submit" busy={busy} disabled={password.length < 8 || password !== again}>
              Set the password
            </Button>
          </form>
        )}
      </div>
    </main>
  );
}
