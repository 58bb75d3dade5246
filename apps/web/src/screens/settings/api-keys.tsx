'use client';
import {
  Badge,
  Button,
  CodeBlock,
  ConfirmDialog,
  Dialog,
  EmptyState,
  ErrorState,
  Field,
  IconButton,
  Input,
  Notice,
  Segmented,
  Select,
  Table,
  type TableColumn,
  TableSkeleton,
  toast,
} from '@laurel/ui';
import { KeyRound, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { type FormEvent, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useAddApiKey, useApiKeys, useRevokeApiKey, useUsers } from '@/client/queries/people.ts';
import { routes } from '@/client/routes.ts';
import type { ApiKey } from '@/client/types.ts';
import { Ago } from '@/frame/ago.tsx';
import { useFrame } from '@/frame/context.tsx';
import { useMounted } from '@/frame/mounted.ts';
import { Page } from '@/frame/page.tsx';

/** Keys for programs. A key is shown once; here only its first letters. */
export function ApiKeys() {
  const { me } = useFrame();
  const keys = useApiKeys();
  const users = useUsers(me.admin);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const ownerOf = (id: string) =>
    id === me.userId ? 'you' : (users.data?.find((user) => user.id === id)?.name ?? '…');
  const makeButton = (
    <Button kind="primary" icon={<KeyRound aria-hidden className="size-3.5" />} onClick={() => setMaking(true)}>
      New key
    </Button>
  );
  return (
    <Page
      title="API keys"
      narrow
      facts={[
        'For programs that train, predict or read',
        <Link key="docs" href={routes.apiDocs} prefetch={false} className="link">
          API documentation
        </Link>,
      ]}
      actions={makeButton}
    >
      {keys.isPending ? <TableSkeleton rows={3} label="Loading keys" /> : null}
      {keys.isError ? (
        <ErrorState
          title="The keys could not be loaded."
          failure={asFailure(keys.error)}
          onRetry={() => void keys.refetch()}
        />
      ) : null}
      {keys.data?.length === 0 ? (
        <EmptyState
          icon={<KeyRound aria-hidden className="size-6" strokeWidth={1.5} />}
          title="No key yet"
          action={makeButton}
        >
          Everything that the browser can do, a program can do with a key.
        </EmptyState>
      ) : null}
      {keys.data && keys.data.length > 0 ? (
        <Table
          caption="API keys"
          columns={columnsOf(ownerOf, setRevoking, me.admin)}
          rows={keys.data}
          rowId={(row) => row.id}
          rowName={(row) => row.name}
        />
      ) : null}
      {making ? <NewKey onClose={() => setMaking(false)} /> : null}
      {revoking ? <Revoke apiKey={revoking} onClose={() => setRevoking(null)} /> : null}
    </Page>
  );
}

function columnsOf(
  ownerOf: (id: string) => string,
  onRevoke: (key: ApiKey) => void,
  admin: boolean,
): TableColumn<ApiKey>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      cell: (row) => (
        <span className="flex min-w-0 flex-col">
          <bdi className="max-w-60 truncate font-medium">{row.name}</bdi>
          <code className="font-mono text-ink-3 text-small">{row.prefix}…</code>
        </span>
      ),
      sortValue: (row) => row.name.toLowerCase(),
    },
    ...(admin
      ? [{ id: 'owner', header: 'Of', className: 'max-sm:hidden', cell: (row: ApiKey) => ownerOf(row.userId) }]
      : []),
    {
      id: 'rights',
      header: 'May',
      cell: (row) => (
        <span className="flex flex-wrap gap-1">
          <Badge>{row.scopes === null ? 'all that its owner may' : row.scopes.join(', ')}</Badge>
          {row.mayApprove ? <Badge tone="warn">approve</Badge> : null}
        </span>
      ),
    },
    {
      id: 'used',
      header: 'Last used',
      align: 'right',
      cell: (row) => (row.lastUsedAt ? <Ago at={row.lastUsedAt} /> : <span className="text-ink-3">never</span>),
      sortValue: (row) => row.lastUsedAt,
      firstSort: 'desc',
    },
    {
      id: 'expires',
      header: 'Expires',
      align: 'right',
      className: 'max-sm:hidden',
      cell: (row) => (row.expiresAt ? row.expiresAt.slice(0, 10) : <span className="text-ink-3">never</span>),
      sortValue: (row) => row.expiresAt,
    },
    {
      id: 'revoke',
      header: 'Actions',
      hideHeader: true,
      align: 'right',
      className: 'w-12',
      cell: (row) => (
        <IconButton size="small" label={`Revoke ${row.name}`} onClick={() => onRevoke(row)}>
          <Trash2 aria-hidden className="size-4" />
        </IconButton>
      ),
    },
  ];
}

const lifetimes = [
  { value: '', label: 'Never' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
];

function NewKey({ onClose }: { onClose: () => void }) {
  const add = useAddApiKey();
  const [name, setName] = useState('');
  const [rights, setRights] = useState<'all' | 'predict'>('predict');
  const [days, setDays] = useState('');
  const mounted = useMounted();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({
      name: name.trim(),
      ...(rights === 'predict' ? { scopes: ['predict'] } : {}),
      ...(days ? { expiresAt: new Date(Date.now() + Number(days) * 86_400_000).toISOString() } : {}),
    });
  };
  if (add.data) {
    const origin = mounted ? window.location.origin : '';
    return (
      <Dialog
        open
        onOpenChange={(open) => open || onClose()}
        title="Your new key"
        description="Copy it now. It is kept only as a fingerprint and cannot be shown again."
        wide
        footer={
          <Button kind="primary" onClick={onClose}>
            I have copied it
          </Button>
        }
      >
        <div className="flex flex-col gap-3" data-testid="new-key">
          <CodeBlock label="The new key" code={add.data.key} />
          <CodeBlock
            label="A first request with it"
            code={`export LAUREL_API_KEY=${add.data.key}\ncurl ${origin}/api/v1/projects -H "Authorization: Bearer $LAUREL_API_KEY"`}
          />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title="New API key">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name" hint="What will use it" error={add.isError ? asFailure(add.error).message : null}>
          <Input
            maxLength={200}
            value={name}
            placeholder="Shop backend"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <div className="flex flex-col gap-1">
          <span className="font-medium text-small">It may</span>
          <Segmented
            label="It may"
            value={rights}
            onChange={setRights}
            options={[
              { value: 'predict', label: 'Ask for predictions' },
              { value: 'all', label: 'Do all that I may' },
            ]}
          />
        </div>
        <Field label="Expires" className="max-w-48">
          <Select options={lifetimes} value={days} onChange={setDays} />
        </Field>
        {rights === 'all' ? (
          <Notice tone="warn">
            This key can also approve promotions where you can, because you make it signed in.
          </Notice>
        ) : null}
        <div className="flex justify-end">
          <Button kind="primary" type="submit" busy={add.isPending} disabled={name.trim() === ''}>
            Make the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Revoke({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const revoke = useRevokeApiKey();
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`Revoke ${apiKey.name}?`}
      action="Revoke the key"
      busy={revoke.isPending}
      onConfirm={() =>
        revoke.mutate(apiKey.id, {
          onSuccess: () => toast({ title: `${apiKey.name} is revoked.` }),
          onError: (error) => toast({ kind: 'error', title: 'The key still works.', text: asFailure(error).message }),
          onSettled: onClose,
        })
      }
    >
      Whatever uses this key is refused from this moment on.
    </ConfirmDialog>
  );
}
