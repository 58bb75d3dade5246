'use client';
import { Button, ConfirmDialog, Dialog, Field, Input, TextArea, toast } from '@laurel/ui';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useDeleteProject, useSaveProject } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import type { Project } from '@/client/types.ts';

/** Makes a project, or renames, describes and deletes one. */
export function ProjectDialog({ project, onClose }: { project?: Project; onClose: () => void }) {
  const [name, setName] = useState(project?.name ?? '');
  const [description, setDescription] = useState(project?.description ?? '');
  const [deleting, setDeleting] = useState(false);
  const save = useSaveProject(project?.id);
  const router = useRouter();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(
      { name: name.trim(), description: description.trim() },
      {
        onSuccess: (saved) => {
          onClose();
          if (!project) router.push(routes.project(saved.id));
        },
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title={project ? 'Edit the project' : 'New project'}
      {...(project
        ? {}
        : { description: 'A project holds one question: its data, experiments, models and one champion.' })}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name" error={save.isError ? asFailure(save.error).message : null}>
          <Input name="name" autoFocus maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="Description" hint="What is predicted, and for whom">
          <TextArea maxLength={5000} value={description} onChange={(event) => setDescription(event.target.value)} />
        </Field>
        <div className="flex justify-between gap-2">
          {project ? (
            <Button kind="danger" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          ) : (
            <span />
          )}
          <Button kind="primary" type="submit" busy={save.isPending} disabled={name.trim() === ''}>
            {project ? 'Save' : 'Make the project'}
          </Button>
        </div>
      </form>
      {project && deleting ? <DeleteProject project={project} onClose={() => setDeleting(false)} /> : null}
    </Dialog>
  );
}

function DeleteProject({ project, onClose }: { project: Project; onClose: () => void }) {
  const remove = useDeleteProject();
  const router = useRouter();
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title="Delete this project?"
      action="Delete the project"
      busy={remove.isPending}
      onConfirm={() =>
        remove.mutate(project.id, {
          onSuccess: () => {
            toast({ title: `${project.name} was deleted.` });
            router.push(routes.projects);
          },
          onError: (error) =>
            toast({ kind: 'error', title: 'The project could not be deleted.', text: asFailure(error).message }),
        })
      }
    >
      Its {project.counts.datasets} datasets, {project.counts.experiments} experiments and {project.counts.models}{' '}
      models are deleted for good, and whoever asks its champion for predictions gets none. The audit log stays.
    </ConfirmDialog>
  );
}
