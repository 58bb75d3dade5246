'use client';
import {
  Button,
  ConfirmDialog,
  CopyId,
  Dialog,
  ErrorState,
  Field,
  IconButton,
  Input,
  Notice,
  Select,
  Table,
  type TableColumn,
  TableSkeleton,
  toast,
} from '@laurel/ui';
import { KeyRound, UserMinus, UserPlus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import {
  type NewUser,
  useAddUser,
  useDeleteUser,
  useResetPassword,
  useSetUserRole,
  useUsers,
} from '@/client/queries/people.ts';
import { useProjects } from '@/client/queries/projects.ts';
import type { User } from '@/client/types.ts';
import { Ago } from '@/frame/ago.tsx';
import { useFrame } from '@/frame/context.tsx';
import { Page } from '@/frame/page.tsx';
import { roleOptions } from '../projects/members.tsx';

const allRoles = [
  ...roleOptions,
  { value: 'admin', label: 'Administrator', hint: 'everything, in every project; adds people' },
] as const;

/** Everybody who can sign in. Administrators only. */
export function People() {
  const { me } = useFrame();
  const users = useUsers(me.admin);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<User | null>(null);
  const [resetting, setResetting] = useState<User | null>(null);
  if (!me.admin) {
    return (
      <Page title="People" narrow>
        <Notice>
          Only an administrator can see and add people. The members of a project are on the project's page.
        </Notice>
      </Page>
    );
  }
  return (
    <Page
      title="People"
      narrow
      facts={['Everyone who can sign in to this Laurel']}
      actions={
        <Button kind="primary" icon={<UserPlus aria-hidden className="size-3.5" />} onClick={() => setAdding(true)}>
          Add a person
        </Button>
      }
    >
      {users.isPending ? <TableSkeleton rows={3} label="Loading people" /> : null}
      {users.isError ? (
        <ErrorState
          title="The people could not be loaded."
          failure={asFailure(users.error)}
          onRetry={() => void users.refetch()}
        />
      ) : null}
      {users.data ? (
        <Table
          caption="People"
          columns={columnsOf({ me: me.userId, onRemove: setRemoving, onReset: setResetting })}
          rows={users.data}
          rowId={(row) => row.id}
          rowName={(row) => row.name}
        />
      ) : null}
      {adding ? <AddPerson onClose={() => setAdding(false)} /> : null}
      {removing ? <RemovePerson user={removing} onClose={() => setRemoving(null)} /> : null}
      {resetting ? <ResetPassword user={resetting} onClose={() => setResetting(null)} /> : null}
    </Page>
  );
}

function columnsOf(on: {
  me: string;
  onRemove: (user: User) => void;
  onReset: (user: User) => void;
}): TableColumn<User>[] {
  return [
    {
      id: 'name',
      header: 'Person',
      cell: (row) => (
        <span className="block min-w-0">
          <bdi className="block max-w-60 truncate font-medium">
            {row.name}
            {row.id === on.me ? <span className="font-normal text-ink-2"> (you)</span> : null}
          </bdi>
          <span className="block max-w-60 truncate text-ink-2 text-small">{row.email}</span>
        </span>
      ),
      sortValue: (row) => row.name.toLowerCase(),
    },
    {
      id: 'role',
      header: 'Role',
      className: 'w-44',
      cell: (row) => <RoleCell user={row} own={row.id === on.me} />,
    },
    {
      id: 'since',
      header: 'Added',
      align: 'right',
      className: 'max-sm:hidden',
      cell: (row) => (
        <span className="text-ink-2">
          <Ago at={row.createdAt} />
        </span>
      ),
      sortValue: (row) => row.createdAt,
    },
    {
      id: 'actions',
      header: 'Actions',
      hideHeader: true,
      align: 'right',
      cell: (row) => (
        <span className="inline-flex">
          <IconButton size="small" label={`New password for ${row.name}`} onClick={() => on.onReset(row)}>
            <KeyRound aria-hidden className="size-4" />
          </IconButton>
          {row.id === on.me ? null : (
            <IconButton size="small" label={`Remove ${row.name}`} onClick={() => on.onRemove(row)}>
              <UserMinus aria-hidden className="size-4" />
            </IconButton>
          )}
        </span>
      ),
    },
  ];
}

function RoleCell({ user, own }: { user: User; own: boolean }) {
  const save = useSetUserRole();
  const value = user.role === 'admin' ? 'admin' : (user.defaultRole ?? 'viewer');
  const label = allRoles.find((option) => option.value === value)?.label ?? value;
  if (own) return label;
  return (
    <Select
      size="small"
      label={`Role of ${user.name}`}
      options={allRoles}
      value={value}
      disabled={save.isPending}
      onChange={(role) =>
        save.mutate(
          { id: user.id, role },
          {
            onSuccess: () =>
              toast({ title: `${user.name}: ${allRoles.find((option) => option.value === role)?.label}.` }),
            onError: (error) => toast({ kind: 'error', title: 'The role stays.', text: asFailure(error).message }),
          },
        )
      }
    />
  );
}

function AddPerson({ onClose }: { onClose: () => void }) {
  const add = useAddUser();
  const projects = useProjects();
  const { projectId } = useFrame();
  const [user, setUser] = useState({
    name: '',
    email: '',
    password: '',
    role: 'editor' as NewUser['role'],
    projectId: projectId ?? '',
  });
  const set = (part: Partial<typeof user>) => setUser({ ...user, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { password, projectId: project, ...rest } = user;
    add.mutate(
      {
        ...rest,
        name: rest.name.trim(),
        email: rest.email.trim(),
        ...(password ? { password } : {}),
        ...(project && rest.role !== 'admin' ? { projectId: project } : {}),
      },
      { onSuccess: ({ invitation }) => (invitation ? undefined : onClose()) },
    );
  };
  const invitation = add.data?.invitation;
  if (invitation) {
    return (
      <Dialog
        open
        onOpenChange={(open) => open || onClose()}
        title="Invitation"
        description={`Send this address to ${user.name}. It is shown only now, and works once.`}
        footer={
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <p className="wrap-anywhere">
          <CopyId id={invitation.url} short={false} />
        </p>
      </Dialog>
    );
  }
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title="Add a person">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name">
          <Input
            name="name"
            autoComplete="off"
            value={user.name}
            onChange={(event) => set({ name: event.target.value })}
          />
        </Field>
        <Field label="E-mail">
          <Input
            type="email"
            name="email"
            autoComplete="off"
            value={user.email}
            onChange={(event) => set({ email: event.target.value })}
          />
        </Field>
        <Field label="Password" hint="At least 8 characters. Left empty, you get an invitation to send.">
          <Input
            type="password"
            name="password"
            autoComplete="new-password"
            value={user.password}
            onChange={(event) => set({ password: event.target.value })}
          />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Role">
            <Select options={allRoles} value={user.role} onChange={(role) => set({ role })} testId="person-role" />
          </Field>
          {user.role === 'admin' ? null : (
            <Field label="In the project">
              <Select
                options={[
                  { value: '', label: 'None yet' },
                  ...(projects.data ?? []).map((project) => ({ value: project.id, label: project.name })),
                ]}
                value={user.projectId}
                onChange={(project) => set({ projectId: project })}
              />
            </Field>
          )}
        </div>
        {add.isError ? (
          <p role="alert" className="rounded bg-danger-soft px-3 py-2">
            {asFailure(add.error).message}
          </p>
        ) : null}
        <div className="flex justify-end">
          <Button
            kind="primary"
            type="submit"
            busy={add.isPending}
            disabled={
              user.name.trim() === '' || !user.email.includes('@') || (user.password !== '' && user.password.length < 8)
            }
          >
            Add the person
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function RemovePerson({ user, onClose }: { user: User; onClose: () => void }) {
  const remove = useDeleteUser();
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`Remove ${user.name}?`}
      action="Remove the person"
      busy={remove.isPending}
      onConfirm={() =>
        remove.mutate(user.id, {
          onSuccess: () => toast({ title: `${user.name} can no longer sign in.` }),
          onError: (error) =>
            toast({ kind: 'error', title: `${user.name} was not removed.`, text: asFailure(error).message }),
          onSettled: onClose,
        })
      }
    >
      Sessions and API keys of this person end at once. What they did stays on record.
    </ConfirmDialog>
  );
}

function ResetPassword({ user, onClose }: { user: User; onClose: () => void }) {
  const reset = useResetPassword();
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    reset.mutate(
      { id: user.id, password },
      {
        onSuccess: () => {
          toast({ title: `${user.name} has a new password.`, text: 'Their sessions were ended.' });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`New password for ${user.name}`}
      description="For a day after this, they cannot approve what you requested."
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label="Password"
          hint="At least 8 characters"
          error={reset.isError ? asFailure(reset.error).message : null}
        >
          <Input
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
        <div className="flex justify-end">
          <Button kind="primary" type="submit" busy={reset.isPending} disabled={password.length < 8}>
            Set the password
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
