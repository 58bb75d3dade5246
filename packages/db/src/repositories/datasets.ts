import type { Actor } from '@laurel/access';
import {
  AppError,
  type ColumnProfile,
  type ColumnType,
  columnTypes,
  type DatasetProfile,
  type DatasetView,
  datasetProfile,
  isId,
} from '@laurel/contracts';
import { authorise, notFound, requireAction, visibleProjects } from '../core/authorise.ts';
import type { Context } from '../core/context.ts';
import { paging } from '../core/page.ts';
import { json, sqlState, type Tx } from '../core/sql.ts';
import type { DatasetRepository } from '../types.ts';
import { insertProject } from './projects.ts';

type NewDataset = Parameters<DatasetRepository['create']>[1];

export function createDatasetRepository({ database, prisma }: Context): DatasetRepository {
  async function view(id: string): Promise<DatasetView> {
    const row = await prisma.dataset.findUnique({ where: { id } });
    if (!row) throw notFound('dataset');
    return toView(row);
  }

  return {
    async create(actor, input) {
      await database
        .tx((tx) => insertDataset(tx, actor, input))
        .catch((error) => {
          if (sqlState(error) !== '23505') throw error;
          throw new AppError('CONFLICT', 'A dataset with this id exists already. Upload the file again.', {
            cause: error,
          });
        });
      return view(input.id);
    },
    async list(actor, filter, page) {
      requireAction(actor, 'dataset.read');
      if (filter.projectId !== undefined) await authorise(database, actor, 'dataset.read', 'project', filter.projectId);
      const paged = paging(page, { createdAt: 'date', name: 'text', bytes: 'number' });
      const project = filter.projectId === undefined ? {} : { projectId: filter.projectId };
      const rows = await prisma.dataset.findMany({
        where: { AND: [visibleProjects(actor), project, paged.where] },
        orderBy: paged.orderBy,
        take: paged.take,
      });
      return paged.toPage(rows, toView);
    },
    async get(actor, id) {
      await authorise(database, actor, 'dataset.read', 'dataset', id);
      return view(id);
    },
    async profile(actor, id) {
      await authorise(database, actor, 'dataset.read', 'dataset', id);
      const row = await prisma.dataset.findUnique({ where: { id } });
      if (!row) throw notFound('dataset');
      if (row.status === 'failed') throw failedToRead(row.error);
      if (row.status !== 'ready') {
        throw new AppError('DATASET_NOT_READY', 'The file is still being read. Ask again in a few seconds.');
      }
      return withColumnTypes(row.profile, row.columnTypes);
    },
    async setColumnType(actor, id, column, type) {
      await database.tx((tx) => setColumnType(tx, actor, id, column, type));
      return view(id);
    },
    delete: (actor, id) => database.tx((tx) => deleteDataset(tx, actor, id)),
  };
}

async function insertDataset(tx: Tx, actor: Actor, input: NewDataset): Promise<void> {
  if (!isId('dataset', input.id)) throw new AppError('PARAMETER_INVALID', 'The id of a dataset must be made by newId.');
  const projectId = input.projectId ?? (await insertProject(tx, actor, { name: input.name }));
  if (input.projectId !== undefined) await authorise(tx, actor, 'dataset.create', 'project', projectId);
  // Versions of one name are counted under the project's lock.
  await tx.query('SELECT 1 FROM project WHERE id = $1 FOR NO KEY UPDATE', [projectId]);
  const [row] = await tx.query<{ version: number }>(
    `INSERT INTO dataset (id, project_id, name, version, status, bytes, sha256, content_type, parse, source, created_by,
       created_by_name)
     SELECT $1, $2, $3, coalesce(max(version), 0) + 1, 'profiling', $4, $5, $6, $7, $8, $9, $10
     FROM dataset WHERE project_id = $2 AND name = $3 RETURNING version`,
    [
      input.id,
      projectId,
      input.name,
      input.bytes,
      input.sha256,
      input.contentType,
      json(input.parse),
      json(input.source),
      actor.userId,
      actor.name,
    ],
  );
  tx.enqueue('profile-dataset', { datasetId: input.id }, { projectId });
  tx.audit({
    actor,
    action: 'dataset.created',
    entity: { kind: 'dataset', id: input.id },
    projectId,
    after: { name: input.name, version: row?.version, bytes: input.bytes, sha256: input.sha256, source: input.source },
  });
}

async function setColumnType(tx: Tx, actor: Actor, id: string, column: string, type: ColumnType): Promise<void> {
  const { projectId } = await authorise(tx, actor, 'dataset.update', 'dataset', id);
  if (!columnTypes.includes(type)) {
    throw new AppError(
      'PARAMETER_INVALID',
      `A column cannot be of type "${type}". Use one of: ${columnTypes.join(', ')}.`,
    );
  }
  const [row] = await tx.query<{ status: string; profile: unknown; column_types: Record<string, ColumnType> }>(
    'SELECT status, profile, column_types FROM dataset WHERE id = $1 FOR NO KEY UPDATE',
    [id],
  );
  if (!row) throw notFound('dataset');
  if (row.status !== 'ready') {
    throw new AppError('DATASET_NOT_READY', 'The columns are not known yet. Ask again when the file has been read.');
  }
  const profile = withColumnTypes(row.profile, row.column_types);
  const found = profile.columns.find((item) => item.name === column);
  if (!found)
    throw new AppError('COLUMN_NOT_FOUND', `There is no column "${column}" in this dataset. Check its spelling.`);
  const types = Object.entries(row.column_types).filter(([name]) => name !== column);
  if (type !== found.inferredType) types.push([column, type]);
  await tx.query('UPDATE dataset SET column_types = $2 WHERE id = $1', [id, json(Object.fromEntries(types))]);
  tx.audit({
    actor,
    action: 'dataset.column_type_set',
    entity: { kind: 'dataset', id },
    projectId,
    before: { column, type: found.type },
    after: { column, type },
  });
}

async function deleteDataset(tx: Tx, actor: Actor, id: string): Promise<void> {
  const { projectId } = await authorise(tx, actor, 'dataset.delete', 'dataset', id);
  const [row] = await tx.query<{ name: string; version: number; sha256: string }>(
    'SELECT name, version, sha256 FROM dataset WHERE id = $1 FOR UPDATE',
    [id],
  );
  if (!row) throw notFound('dataset');
  const [used] = await tx.query<{ count: number }>('SELECT count(*) AS count FROM experiment WHERE dataset_id = $1', [
    id,
  ]);
  if (used && used.count > 0) {
    throw new AppError(
      'CONFLICT',
      `${used.count} ${used.count === 1 ? 'experiment uses' : 'experiments use'} this dataset. Delete them first, then the dataset.`,
    );
  }
  await tx.query('DELETE FROM dataset WHERE id = $1', [id]);
  tx.audit({ actor, action: 'dataset.deleted', entity: { kind: 'dataset', id }, projectId, before: row });
}

function failedToRead(error: unknown): AppError {
  const reason = (error as { message?: string } | null)?.message ?? '';
  return new AppError('STATE_INVALID', `This file could not be read, so it has no profile. ${reason}`.trim());
}

/** The stored profile with the types that a person set. */
export function withColumnTypes(profile: unknown, columnTypes: unknown): DatasetProfile {
  const parsed = datasetProfile.parse(profile);
  const types = new Map(Object.entries((columnTypes ?? {}) as Record<string, ColumnType>));
  const columns = parsed.columns.map(
    (column): ColumnProfile => ({ ...column, type: types.get(column.name) ?? column.type }),
  );
  return { ...parsed, columns };
}

interface DatasetRow {
  id: string;
  projectId: string;
  name: string;
  version: number;
  status: string;
  rows: number | null;
  bytes: bigint;
  sha256: string;
  source: unknown;
  profile: unknown;
  columnTypes: unknown;
  error: unknown;
  createdBy: string;
  createdByName: string;
  createdAt: Date;
}

function toView(row: DatasetRow): DatasetView {
  const profile = row.profile === null ? null : withColumnTypes(row.profile, row.columnTypes);
  const error = row.error as { code: string; message: string } | null;
  return {
    id: row.id,
    projectId: row.projectId,
    name: row.name,
    version: row.version,
    status: row.status as DatasetView['status'],
    rows: row.rows,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    columns: profile?.columns ?? [],
    findings: profile?.findings ?? [],
    parse: profile?.parse ?? null,
    source: row.source as DatasetView['source'],
    error: error === null ? null : { code: error.code, message: error.message },
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdByName,
  };
}
