/**
 * Every error that Laurel answers, with its HTTP status and whether trying the same thing again may help.
 * One table for the API, the prediction server and the worker: `!retryable` becomes an unrecoverable job there.
 */
export const errorCodes = {
  // what was sent cannot be read
  JSON_INVALID: { status: 400, retryable: false },
  UNKNOWN_FIELD: { status: 400, retryable: false },
  PARAMETER_INVALID: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  CSRF: { status: 403, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  CONFLICT: { status: 409, retryable: false },
  FOUR_EYES: { status: 409, retryable: false },
  APPROVAL_STALE: { status: 409, retryable: false },
  CONTRACT_CHANGED: { status: 409, retryable: false },
  STATE_INVALID: { status: 409, retryable: false },
  FILE_TOO_LARGE: { status: 413, retryable: false },
  BODY_TOO_LARGE: { status: 413, retryable: false },
  TOO_MANY_ROWS: { status: 413, retryable: false },
  CONTENT_TYPE_UNSUPPORTED: { status: 415, retryable: false },
  LENGTH_MISMATCH: { status: 400, retryable: false },
  // the shape is right, but a value is out of bounds (too long, not one of the choices)
  VALUE_INVALID: { status: 422, retryable: false },
  // the Host header names a server that this one is not
  HOST_NOT_ALLOWED: { status: 421, retryable: false },
  IDEMPOTENCY_MISMATCH: { status: 422, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  // the file is not a usable table
  EMPTY_FILE: { status: 422, retryable: false },
  NO_ROWS: { status: 422, retryable: false },
  TOO_FEW_ROWS: { status: 422, retryable: false },
  TOO_FEW_COLUMNS: { status: 422, retryable: false },
  TOO_MANY_COLUMNS: { status: 422, retryable: false },
  TABLE_TOO_LARGE: { status: 422, retryable: false },
  ENCODING_INVALID: { status: 422, retryable: false },
  ENCODING_UNSUPPORTED: { status: 422, retryable: false },
  INVALID_CHARACTER: { status: 422, retryable: false },
  DUPLICATE_COLUMN: { status: 422, retryable: false },
  EMPTY_COLUMN_NAME: { status: 422, retryable: false },
  ROW_WIDTH_MISMATCH: { status: 422, retryable: false },
  QUOTE_UNTERMINATED: { status: 422, retryable: false },
  QUOTE_INVALID: { status: 422, retryable: false },
  NOT_TABULAR: { status: 422, retryable: false },
  CONTENT_MISMATCH: { status: 422, retryable: false },
  CELL_TOO_LARGE: { status: 422, retryable: false },
  FORMAT_UNSUPPORTED: { status: 422, retryable: false },
  PARQUET_INVALID: { status: 422, retryable: false },
  PARQUET_ENCRYPTED: { status: 422, retryable: false },
  PARQUET_CODEC_UNSUPPORTED: { status: 422, retryable: false },
  COLUMN_TYPE_UNSUPPORTED: { status: 422, retryable: false },
  EXCEL_INVALID: { status: 422, retryable: false },
  EXCEL_ENCRYPTED: { status: 422, retryable: false },
  ARCHIVE_INVALID: { status: 422, retryable: false },
  DECOMPRESSED_TOO_LARGE: { status: 422, retryable: false },
  NDJSON_INVALID: { status: 422, retryable: false },
  // the experiment cannot be run as asked
  TARGET_NOT_FOUND: { status: 422, retryable: false },
  TARGET_CONSTANT: { status: 422, retryable: false },
  TARGET_EMPTY: { status: 422, retryable: false },
  TARGET_INVALID: { status: 422, retryable: false },
  COLUMN_NOT_FOUND: { status: 422, retryable: false },
  NO_FEATURES: { status: 422, retryable: false },
  TOO_MANY_CLASSES: { status: 422, retryable: false },
  METRIC_UNKNOWN: { status: 422, retryable: false },
  METRIC_NOT_FOR_TASK: { status: 422, retryable: false },
  FAMILY_UNKNOWN: { status: 422, retryable: false },
  STRATEGY_UNKNOWN: { status: 422, retryable: false },
  BUDGET_INVALID: { status: 422, retryable: false },
  VALIDATION_INVALID: { status: 422, retryable: false },
  DATASET_NOT_READY: { status: 409, retryable: true },
  // a row to predict is wrong
  MISSING_FEATURE: { status: 422, retryable: false },
  TYPE_MISMATCH: { status: 422, retryable: false },
  NO_CHAMPION: { status: 404, retryable: false },
  // running
  TRIAL_CRASHED: { status: 500, retryable: true },
  TRIAL_OOM: { status: 500, retryable: false },
  TRIAL_TIMEOUT: { status: 500, retryable: false },
  ARTIFACT_CORRUPT: { status: 503, retryable: false },
  ARTIFACT_TOO_LARGE: { status: 422, retryable: false },
  STORAGE_FULL: { status: 507, retryable: true },
  STORAGE_UNAVAILABLE: { status: 503, retryable: true },
  QUEUE_UNAVAILABLE: { status: 503, retryable: true },
  SERVE_UNAVAILABLE: { status: 503, retryable: true },
  NOT_READY: { status: 503, retryable: true },
  CANCELLED: { status: 409, retryable: false },
  INTERNAL: { status: 500, retryable: true },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The one error class of Laurel. The message is shown to people as it is: it says what happened and what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;
  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? {};
  }
  get status(): number {
    return errorCodes[this.code].status;
  }
  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }
}

export interface ErrorBody {
  error: { code: ErrorCode; message: string; requestId: string; details: Record<string, unknown> };
}

/** What is sent for an error; anything that is not an AppError becomes INTERNAL, with nothing of its text. */
export function toErrorBody(error: unknown, requestId: string): { status: number; body: ErrorBody } {
  const known =
    error instanceof AppError
      ? error
      : new AppError(
          'INTERNAL',
          `Something failed on our side. Try again; if it stays, look for request ${requestId} in the server log.`,
        );
  return {
    status: known.status,
    body: { error: { code: known.code, message: known.message, requestId, details: known.details } },
  };
}

/** A plain copy of an AppError for a process boundary (IPC, jsonb), and the way back. */
export interface SerialisedError {
  code: ErrorCode;
  message: string;
  details: Record<string, unknown>;
}
export function serialiseError(error: unknown): SerialisedError {
  if (error instanceof AppError) return { code: error.code, message: error.message, details: error.details };
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error), details: {} };
}
export function deserialiseError(error: SerialisedError): AppError {
  return new AppError(error.code, error.message, { details: error.details });
}
