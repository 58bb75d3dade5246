import { createHash } from 'node:crypto';
import { AppError, maxArtifactBytes } from '@laurel/contracts';
import type { Sql, Tx } from '../core/sql.ts';

const chunkBytes = 1024 * 1024;

/** Writes the bytes in chunks of 1 MiB, by content: the same bytes in one project are kept once. Answers the sha256. */
export async function writeArtifact(tx: Tx, projectId: string, bytes: Uint8Array): Promise<string> {
  if (bytes.byteLength > maxArtifactBytes) {
    const size = Math.ceil(bytes.byteLength / chunkBytes);
    throw new AppError(
      'ARTIFACT_TOO_LARGE',
      `The fitted model has ${size} MiB, more than the 256 MiB that can be kept.`,
    );
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await tx.query(`SELECT pg_advisory_xact_lock_shared(hashtextextended('artifacts ' || $1, 0))`, [projectId]);
  const inserted = await tx.query(
    'INSERT INTO artifact (project_id, sha256, size) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING sha256',
    [projectId, sha256, bytes.byteLength],
  );
  if (inserted.length === 0) return sha256;
  for (let seq = 0; seq * chunkBytes < bytes.byteLength; seq++) {
    const chunk = bytes.subarray(seq * chunkBytes, (seq + 1) * chunkBytes);
    await tx.query('INSERT INTO artifact_chunk (project_id, sha256, seq, bytes) VALUES ($1, $2, $3, $4)', [
      projectId,
      sha256,
      seq,
      Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength),
    ]);
  }
  return sha256;
}

/** The bytes of an artifact, checked against its hash: never a model that is not the one that was approved. */
export async function readArtifact(sql: Sql, sha256: string): Promise<Uint8Array> {
  const [head] = await sql.query<{ project_id: string; size: number }>(
    'SELECT project_id, size FROM artifact WHERE sha256 = $1 ORDER BY project_id LIMIT 1',
    [sha256],
  );
  if (!head)
    throw new AppError('NOT_FOUND', 'The fitted model is no longer kept. Train it again from its configuration.');
  const bytes = new Uint8Array(head.size);
  const hash = createHash('sha256');
  let offset = 0;
  for (let from = 0; ; from += 16) {
    // sixteen chunks at a time bound the memory that the driver needs beside the result
    const rows = await sql.query<{ bytes: Buffer }>(
      `SELECT bytes FROM artifact_chunk WHERE project_id = $1 AND sha256 = $2 AND seq >= $3 AND seq < $3 + 16
       ORDER BY seq`,
      [head.project_id, sha256, from],
    );
    for (const row of rows) {
      if (offset + row.bytes.byteLength > head.size) throw corrupt(sha256);
      bytes.set(row.bytes, offset);
      hash.update(row.bytes);
      offset += row.bytes.byteLength;
    }
    if (rows.length < 16) break;
  }
  if (offset !== head.size || hash.digest('hex') !== sha256) throw corrupt(sha256);
  return bytes;
}

function corrupt(sha256: string): AppError {
  return new AppError(
    'ARTIFACT_CORRUPT',
    'The stored model was damaged: its bytes do not match its hash, so it is not used. Restore the database from a backup, or train the model again.',
    { details: { sha256 } },
  );
}

/** Deletes artifacts that no model of the project names any more. The lock keeps out a trial that is just storing one. */
export async function dropUnusedArtifacts(tx: Tx, projectId: string): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('artifacts ' || $1, 0))`, [projectId]);
  await tx.query(
    `DELETE FROM artifact WHERE project_id = $1 AND NOT EXISTS (
       SELECT 1 FROM model WHERE model.project_id = $1 AND model.artifact_sha256 = artifact.sha256 AND model.artifact_kept)`,
    [projectId],
  );
}
