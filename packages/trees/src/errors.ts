/** What went wrong, for code that decides; the message says it to people. */
export type TreesErrorCode =
  /** the loss grew beyond what numbers can hold */
  | 'DIVERGED'
  | 'INVALID_DATA'
  | 'INVALID_PARAMETER'
  | 'MEMORY_LIMIT'
  | 'MODEL_CORRUPT'
  | 'MODEL_VERSION'
  | 'SIMD_MISSING';

export class TreesError extends Error {
  readonly code: TreesErrorCode;

  constructor(code: TreesErrorCode, message: string) {
    super(message);
    this.name = 'TreesError';
    this.code = code;
  }
}
