'use client';
import { Button, Field, Input } from '@laurel/ui';
import { type FormEvent, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useChangePassword } from '@/client/queries/people.ts';
import { routes } from '@/client/routes.ts';
import { useFrame } from '@/frame/context.tsx';
import { Page } from '@/frame/page.tsx';

/** One's own password. Changing it ends every session, this one too. */
export function Account() {
  const { me } = useFrame();
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ current, next }, { onSuccess: () => window.location.assign(routes.signIn) });
  };
  return (
    <Page title="Your account" narrow facts={[me.name, me.admin ? 'administrator' : 'member']}>
      <form onSubmit={submit} className="flex max-w-sm flex-col gap-4">
        <Field label="Password now" error={change.isError ? asFailure(change.error).message : null}>
          <Input
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        </Field>
        <Field label="New password" hint="At least 8 characters. All your sessions end; you sign in again.">
          <Input
            type="password"
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        </Field>
        <Button
          kind="primary"
          type="submit"
          className="self-start"
          busy={change.isPending}
          disabled={current === '' || next.length < 8}
        >
          Change the password
        </Button>
      </form>
    </Page>
  );
}
