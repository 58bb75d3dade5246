'use client';
import type { ProjectRole } from '@laurel/contracts';
import {
  Button,
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
import { UserMinus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useMembers, useProject, useSetMembers } from '@/client/queries/projects.ts';
import { type Member, mayManage } from '@/client/types.ts';
import { Page } from '@/frame/page.tsx';

export const roleOptions = [
  { value: 'viewer', label: 'Viewer', hint: 'looks at everything, predicts' },
  { value: 'editor', label: 'Editor', hint: 'also uploads, trains, requests promotion' },
  { value: 'approver', label: 'Approver', hint: 'also approves, manages members' },
] as const satisfies readonly { value: ProjectRole; label: string; hint: string }[];

/** Who is in a project, and in which role. */
export function Members({ projectId }: { projectId: string }) {
  const project = useProject(projectId);
  const members = useMembers(projectId);
  const save = useSetMembers(projectId);
  const [leaving, setLeaving] = useState<string | null>(null);
  const manages = mayManage(project.data);
  const list = members.data ?? [];
  const change = (next: { userId?: string; email?: string; role: ProjectRole }[], said: string) =>
    save.mutate(next, {
      onSuccess: () => toast({ title: said }),
      onError: (error) =>
        toast({ kind: 'error', title: 'The members stay as they were.', text: asFailure(error).message }),
      onSettled: () => setLeaving(null),
    });
  const plain = list.map(({ userId, role }) => ({ userId, role }));
  const columns: TableColumn<Member>[] = [
    {
      id: 'name',
      header: 'Person',
      cell: (row) => (
        <span className="block min-w-0">
          <bdi className="block max-w-72 truncate font-medium">{row.name}</bdi>
          <span className="block max-w-72 truncate text-ink-2 text-small">{row.email}</span>
        </span>
      ),
      sortValue: (row) => row.name.toLowerCase(),
    },
    {
      id: 'role',
      header: 'Role',
      className: 'w-44',
      cell: (row) =>
        manages ? (
          <Select
            size="small"
            label={`Role of ${row.name}`}
            options={roleOptions}
            value={row.role}
            onChange={(role) =>
              change(
                plain.map((member) => (member.userId === row.userId ? { ...member, role } : member)),
                `${row.name} is ${role} now.`,
              )
            }
          />
        ) : (
          row.role
        ),
    },
    {
      id: 'remove',
      header: 'Actions',
      hideHeader: true,
      align: 'right',
      className: 'w-12',
      cell: (row) =>
        manages ? (
          <IconButton
            size="small"
            label={`Remove ${row.name}`}
            busy={leaving === row.userId}
            onClick={() => {
              setLeaving(row.userId);
              change(
                plain.filter((member) => member.userId !== row.userId),
                `${row.name} is no longer in the project.`,
              );
            }}
          >
            {leaving === row.userId ? null : <UserMinus aria-hidden className="size-4" />}
          </IconButton>
        ) : null,
    },
  ];
  return (
    <Page title="Members" projectId={projectId} crumbs={[{ label: 'Members' }]} narrow>
      {members.isPending ? <TableSkeleton rows={3} label="Loading members" /> : null}
      {members.isError ? (
        <ErrorState
          title="The members could not be loaded."
          failure={asFailure(members.error)}
          onRetry={() => void members.refetch()}
        />
      ) : null}
      {members.data ? (
        <>
          {manages ? (
            <AddMember
              busy={save.isPending}
              onAdd={(email, role) => change([...plain, { email, role }], `${email} is ${role} now.`)}
            />
          ) : (
            <Notice>An approver of the project or an administrator can add people and change roles.</Notice>
          )}
          <div className="mt-4">
            <Table
              caption="Members"
              columns={columns}
              rows={list}
              rowId={(row) => row.userId}
              rowName={(row) => row.name}
            />
          </div>
        </>
      ) : null}
    </Page>
  );
}

function AddMember({ busy, onAdd }: { busy: boolean; onAdd: (email: string, role: ProjectRole) => void }) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<ProjectRole>('editor');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAdd(email.trim(), role);
    setEmail('');
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-2 rounded border border-line bg-surface p-4">
      <Field label="Add a person by e-mail" className="min-w-56 flex-1">
        <Input
          type="email"
          name="email"
          placeholder="ada@example.org"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <Field label="Role" className="w-40">
        <Select options={roleOptions} value={role} onChange={setRole} />
      </Field>
      <Button kind="primary" type="submit" busy={busy} disabled={!email.includes('@')}>
        Add
      </Button>
    </form>
  );
}
