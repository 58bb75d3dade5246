import { z } from '@hono/zod-openapi';
import { AppError, datasetView, newId, parseOptions } from '@laurel/contracts';
import { blobKeys } from '@laurel/storage';
import { defineRoute } from '../http/define-route.ts';
import { once, requestHash } from '../http/respond.ts';
import { tableMediaTypes } from '../upload/media-types.ts';
import { type ReceivedFile, receiveFile } from '../upload/receive-file.ts';

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const uploadQuery = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  projectId: z.string().optional(),
  encoding: parseOptions.shape.encoding,
  delimiter: z.string().max(4).optional(),
  decimal: parseOptions.shape.decimal,
  header: flag.optional(),
  nulls: z.string().max(1000).optional(),
});

/** The file goes to the store while it is hashed and counted; only a whole file gets a row. */
export const uploadRoutes = [
  defineRoute({
    method: 'post',
    path: '/datasets',
    auth: 'actor',
    action: 'dataset.create',
    tag: 'Datasets',
    summary: 'Upload a table: the file as the body, or as the field "file" of a form',
    query: uploadQuery,
    refs: { 'query.projectId': 'project' },
    raw: [...tableMediaTypes, 'multipart/form-data'],
    idempotent: 'self',
    status: 202,
    response: datasetView,
    handler: async ({ platform, actor, request, query, url, idempotencyKey }) => {
      // a member who may not upload is told so before sending gigabytes
      if (query.projectId !== undefined) {
        await platform.db.access.check(actor, 'dataset.create', { kind: 'project', id: query.projectId });
      }
      const parse = parseOf(query);
      const id = newId('dataset');
      const insert = async (file: ReceivedFile) => {
        inserting = true;
        const body = await platform.db.datasets.create(actor, {
          id,
          projectId: query.projectId,
          name: query.name ?? file.name ?? 'Dataset',
          bytes: file.bytes,
          sha256: file.sha256,
          contentType: file.contentType,
          parse,
          source: { kind: 'upload', note: null },
        });
        return { status: 202, body };
      };
      // With an earlier answer to the same key, the earlier file is the dataset's and this one goes.
      let inserting = false;
      let refused = false;
      try {
        const file = await receiveFile(platform, request, blobKeys.datasetSource(id));
        if (idempotencyKey === null) return await insert(file);
        return await once(platform, actor, idempotencyKey, requestHash('POST', url, file.sha256), () => insert(file));
      } catch (error) {
        // where it is not known whether the row was written, the file stays: a row without its file is worse
        refused = error instanceof AppError && error.code !== 'STORAGE_UNAVAILABLE';
        throw error;
      } finally {
        if (refused || !inserting) await platform.blobs.deletePrefix(blobKeys.dataset(id));
      }
    },
  }),
];

function parseOf(query: z.output<typeof uploadQuery>): z.output<typeof parseOptions> {
  const { encoding, decimal, header } = query;
  const delimiter = query.delimiter === 'tab' || query.delimiter === '\\t' ? '\t' : query.delimiter;
  if (delimiter !== undefined && (delimiter.length !== 1 || /["\r\n]/.test(delimiter))) {
    throw new AppError('PARAMETER_INVALID', 'The delimiter must be one character, or "tab".', {
      details: { path: 'delimiter' },
    });
  }
  const nulls = query.nulls?.split(',');
  return {
    ...(encoding === undefined ? {} : { encoding }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(decimal === undefined ? {} : { decimal }),
    ...(header === undefined ? {} : { header }),
    ...(nulls === undefined ? {} : { nulls }),
  };
}
