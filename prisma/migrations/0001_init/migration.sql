-- The first schema: people, projects, experiments, governance and machinery.

CREATE TABLE "user" (
  "id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "email" TEXT NOT NULL,
  "email_verified" BOOLEAN NOT NULL DEFAULT false,
  "image" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "role" TEXT NOT NULL DEFAULT 'member',
  "default_role" TEXT NOT NULL DEFAULT 'editor',
  "created_by" TEXT,
  "role_granted_by" TEXT,
  "role_granted_at" TIMESTAMPTZ(3),
  "password_reset_by" TEXT,
  "password_reset_at" TIMESTAMPTZ(3),
  CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "session" (
  "id" TEXT NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "token" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "ip_address" TEXT,
  "user_agent" TEXT,
  "user_id" TEXT NOT NULL,
  CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "account" (
  "id" TEXT NOT NULL,
  "account_id" TEXT NOT NULL,
  "provider_id" TEXT NOT NULL,
  "user_id" TEXT NOT NULL,
  "access_token" TEXT,
  "refresh_token" TEXT,
  "id_token" TEXT,
  "access_token_expires_at" TIMESTAMPTZ(3),
  "refresh_token_expires_at" TIMESTAMPTZ(3),
  "scope" TEXT,
  "password" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "verification" (
  "id" TEXT NOT NULL,
  "identifier" TEXT NOT NULL,
  "value" TEXT NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "verification_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sign_in_throttle" (
  "key" TEXT NOT NULL,
  "failures" INTEGER NOT NULL,
  "window_ends" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "sign_in_throttle_pkey" PRIMARY KEY ("key")
);

CREATE TABLE "api_key" (
  "id" TEXT NOT NULL,
  "user_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "prefix" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "scopes" JSONB,
  "may_approve" BOOLEAN NOT NULL,
  "created_by" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "expires_at" TIMESTAMPTZ(3),
  "last_used_at" TIMESTAMPTZ(3),
  CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "project" (
  "id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "description" TEXT NOT NULL DEFAULT '',
  "contract" JSONB,
  "champion_count" INTEGER NOT NULL DEFAULT 0,
  "created_by" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "project_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "project_member" (
  "project_id" TEXT NOT NULL,
  "user_id" TEXT NOT NULL,
  "role" TEXT NOT NULL,
  "granted_by" TEXT NOT NULL,
  "granted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "project_member_pkey" PRIMARY KEY ("project_id", "user_id")
);

CREATE TABLE "dataset" (
  "id" TEXT NOT NULL,
  "project_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "rows" INTEGER,
  "bytes" BIGINT NOT NULL,
  "sha256" TEXT NOT NULL,
  "content_type" TEXT NOT NULL,
  "parse" JSONB NOT NULL,
  "source" JSONB NOT NULL,
  "profile" JSONB,
  "column_types" JSONB NOT NULL DEFAULT '{}',
  "error" JSONB,
  "enqueued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "begun_at" TIMESTAMPTZ(3),
  "created_by" TEXT NOT NULL,
  "created_by_name" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "dataset_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "job" (
  "id" TEXT NOT NULL,
  "project_id" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "input" JSONB NOT NULL,
  "result" JSONB,
  "error" JSONB,
  "created_by" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "started_at" TIMESTAMPTZ(3),
  "finished_at" TIMESTAMPTZ(3),
  CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "experiment" (
  "id" TEXT NOT NULL,
  "project_id" TEXT NOT NULL,
  "dataset_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "target" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "request" JSONB NOT NULL,
  "seed" BIGINT NOT NULL,
  "plan" JSONB,
  "metric" JSONB,
  "inputs" JSONB,
  "split_sha256" TEXT,
  "code_version" TEXT,
  "study" JSONB,
  "command" TEXT,
  "event_count" INTEGER NOT NULL DEFAULT 0,
  "warnings" JSONB NOT NULL DEFAULT '[]',
  "error" JSONB,
  "winner_model_id" TEXT,
  "best_model_id" TEXT,
  "holdout_openings" INTEGER NOT NULL DEFAULT 0,
  "enqueued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "begun_at" TIMESTAMPTZ(3),
  "created_by" TEXT NOT NULL,
  "created_by_name" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "started_at" TIMESTAMPTZ(3),
  "finished_at" TIMESTAMPTZ(3),
  CONSTRAINT "experiment_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "trial" (
  "id" TEXT NOT NULL,
  "project_id" TEXT NOT NULL,
  "experiment_id" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "family" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "config" JSONB NOT NULL,
  "seed" BIGINT NOT NULL,
  "cap_ms" DOUBLE PRECISION NOT NULL,
  "status" TEXT NOT NULL,
  "score" DOUBLE PRECISION,
  "fold_scores" JSONB NOT NULL DEFAULT '[]',
  "attempt_id" TEXT,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "worker" TEXT,
  "announced" BOOLEAN NOT NULL DEFAULT false,
  "heartbeat_at" TIMESTAMPTZ(3),
  "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "started_at" TIMESTAMPTZ(3),
  "finished_at" TIMESTAMPTZ(3),
  "seconds" DOUBLE PRECISION,
  "peak_mb" DOUBLE PRECISION,
  "failure" JSONB,
  CONSTRAINT "trial_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "trial_attempt" (
  "id" TEXT NOT NULL,
  "project_id" TEXT NOT NULL,
  "trial_id" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  "worker" TEXT NOT NULL,
  "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "finished_at" TIMESTAMPTZ(3),
  "outcome" TEXT,
  "failure" JSONB,
  CONSTRAINT "trial_attempt_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "model" (
  "id" TEXT NOT NULL,
  "project_id" TEXT NOT NULL,
  "experiment_id" TEXT NOT NULL,
  "trial_id" TEXT NOT NULL,
  "family" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "score" DOUBLE PRECISION NOT NULL,
  "validation" JSONB NOT NULL,
  "metrics" JSONB NOT NULL,
  "holdout_metrics" JSONB,
  "learning_curves" JSONB NOT NULL,
  "members" JSONB NOT NULL DEFAULT '[]',
  "artifact_sha256" TEXT NOT NULL,
  "artifact_kept" BOOLEAN NOT NULL DEFAULT true,
  "size_bytes" INTEGER NOT NULL,
  "fit_seconds" DOUBLE PRECISION NOT NULL,
  "predict_ms_per_row" DOUBLE PRECISION NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "model_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "artifact" (
  "project_id" TEXT NOT NULL,
  "sha256" TEXT NOT NULL,
  "size" INTEGER NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "artifact_pkey" PRIMARY KEY ("project_id", "sha256")
);

CREATE TABLE "artifact_chunk" (
  "project_id" TEXT NOT NULL,
  "sha256" TEXT NOT NULL,
  "seq" INTEGER NOT NULL,
  "bytes" BYTEA NOT NULL,
  CONSTRAINT "artifact_chunk_pkey" PRIMARY KEY ("project_id", "sha256", "seq")
);

CREATE TABLE "experiment_event" (
  "experiment_id" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  "project_id" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "type" TEXT NOT NULL,
  "trial_id" TEXT,
  "data" JSONB NOT NULL,
  CONSTRAINT "experiment_event_pkey" PRIMARY KEY ("experiment_id", "number")
);

CREATE TABLE "promotion_request" (
  "id" TEXT NOT NULL,
  "project_id" TEXT NOT NULL,
  "model_id" TEXT NOT NULL,
  "model_name" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "requested_by" TEXT NOT NULL,
  "requested_by_name" TEXT NOT NULL,
  "key_created_by" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "base_champion_id" TEXT,
  "base_champion_name" TEXT,
  "base_sequence" INTEGER NOT NULL,
  "artifact_sha256" TEXT NOT NULL,
  "new_contract" BOOLEAN NOT NULL DEFAULT false,
  "metric" JSONB NOT NULL,
  "snapshot" JSONB NOT NULL,
  "checks" JSONB NOT NULL,
  "decided_by" TEXT,
  "decided_by_name" TEXT,
  "decided_at" TIMESTAMPTZ(3),
  "comment" TEXT,
  "checklist" JSONB NOT NULL DEFAULT '{}',
  CONSTRAINT "promotion_request_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "champion" (
  "project_id" TEXT NOT NULL,
  "sequence" INTEGER NOT NULL,
  "model_id" TEXT NOT NULL,
  "model_name" TEXT NOT NULL,
  "artifact_sha256" TEXT NOT NULL,
  "contract" JSONB NOT NULL,
  "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "ended_at" TIMESTAMPTZ(3),
  "approved_by" TEXT NOT NULL,
  "approved_by_name" TEXT NOT NULL,
  "request_id" TEXT,
  "reason" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  CONSTRAINT "champion_pkey" PRIMARY KEY ("project_id", "sequence")
);

CREATE TABLE "audit" (
  "sequence" BIGINT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "actor_id" TEXT NOT NULL,
  "actor_name" TEXT NOT NULL,
  "actor_kind" TEXT NOT NULL,
  "api_key_id" TEXT,
  "action" TEXT NOT NULL,
  "entity_kind" TEXT NOT NULL,
  "entity_id" TEXT NOT NULL,
  "project_id" TEXT,
  "request_id" TEXT,
  "before" JSONB,
  "after" JSONB,
  "previous_hash" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  CONSTRAINT "audit_pkey" PRIMARY KEY ("sequence")
);

CREATE TABLE "outbox" (
  "id" TEXT NOT NULL,
  "project_id" TEXT,
  "job" TEXT NOT NULL,
  "payload" JSONB NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "last_error" TEXT,
  CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "idempotency" (
  "actor_id" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "body_sha256" TEXT NOT NULL,
  "status" INTEGER,
  "body" JSONB,
  "lease_until" TIMESTAMPTZ(3) NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "idempotency_pkey" PRIMARY KEY ("actor_id", "key")
);

CREATE TABLE "worker" (
  "id" TEXT NOT NULL,
  "host" TEXT NOT NULL,
  "pid" INTEGER NOT NULL,
  "slots" INTEGER NOT NULL,
  "busy" INTEGER NOT NULL,
  "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "setting" (
  "key" TEXT NOT NULL,
  "value" JSONB NOT NULL,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

CREATE UNIQUE INDEX "user_email_key" ON "user" ("email");
CREATE UNIQUE INDEX "session_token_key" ON "session" ("token");
CREATE INDEX "session_user_id_idx" ON "session" ("user_id");
CREATE UNIQUE INDEX "account_provider_id_account_id_key" ON "account" ("provider_id", "account_id");
CREATE INDEX "account_user_id_idx" ON "account" ("user_id");
CREATE INDEX "verification_identifier_idx" ON "verification" ("identifier");
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key" ("hash");
CREATE INDEX "api_key_user_id_idx" ON "api_key" ("user_id");
CREATE INDEX "project_created_at_id_idx" ON "project" ("created_at", "id");
CREATE INDEX "project_member_user_id_idx" ON "project_member" ("user_id");
CREATE UNIQUE INDEX "dataset_project_id_name_version_key" ON "dataset" ("project_id", "name", "version");
CREATE INDEX "dataset_project_id_created_at_id_idx" ON "dataset" ("project_id", "created_at", "id");
CREATE INDEX "job_project_id_created_at_id_idx" ON "job" ("project_id", "created_at", "id");
CREATE INDEX "experiment_project_id_created_at_id_idx" ON "experiment" ("project_id", "created_at", "id");
CREATE INDEX "experiment_dataset_id_idx" ON "experiment" ("dataset_id");
CREATE INDEX "experiment_live" ON "experiment" ("status") WHERE (status IN ('queued', 'running', 'finishing'));
CREATE UNIQUE INDEX "trial_experiment_id_number_key" ON "trial" ("experiment_id", "number");
CREATE INDEX "trial_live" ON "trial" ("status") WHERE (status IN ('queued', 'running'));
CREATE UNIQUE INDEX "trial_attempt_trial_id_number_key" ON "trial_attempt" ("trial_id", "number");
CREATE UNIQUE INDEX "model_trial_id_key" ON "model" ("trial_id");
CREATE INDEX "model_project_id_created_at_id_idx" ON "model" ("project_id", "created_at", "id");
CREATE INDEX "model_experiment_id_idx" ON "model" ("experiment_id");
CREATE INDEX "model_artifact_sha256_idx" ON "model" ("artifact_sha256");
CREATE INDEX "artifact_sha256_idx" ON "artifact" ("sha256");
CREATE INDEX "experiment_event_progress" ON "experiment_event" ("experiment_id", "trial_id") WHERE (type = 'trial-progress');
CREATE UNIQUE INDEX "promotion_request_one_pending_per_model" ON "promotion_request" ("model_id") WHERE (status = 'pending');
CREATE INDEX "promotion_request_project_id_created_at_id_idx" ON "promotion_request" ("project_id", "created_at", "id");
CREATE UNIQUE INDEX "champion_one_current_per_project" ON "champion" ("project_id") WHERE (ended_at IS NULL);
CREATE INDEX "champion_model_id_idx" ON "champion" ("model_id");
CREATE INDEX "audit_project_id_sequence_idx" ON "audit" ("project_id", "sequence");
CREATE INDEX "audit_actor_id_sequence_idx" ON "audit" ("actor_id", "sequence");
CREATE INDEX "audit_entity_id_sequence_idx" ON "audit" ("entity_id", "sequence");
CREATE INDEX "outbox_available_at_id_idx" ON "outbox" ("available_at", "id");
CREATE INDEX "idempotency_created_at_idx" ON "idempotency" ("created_at");

ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "project_member" ADD CONSTRAINT "project_member_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "project_member" ADD CONSTRAINT "project_member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "dataset" ADD CONSTRAINT "dataset_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "job" ADD CONSTRAINT "job_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "experiment" ADD CONSTRAINT "experiment_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "experiment" ADD CONSTRAINT "experiment_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "trial" ADD CONSTRAINT "trial_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiment" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "trial_attempt" ADD CONSTRAINT "trial_attempt_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "model" ADD CONSTRAINT "model_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "model" ADD CONSTRAINT "model_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiment" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "model" ADD CONSTRAINT "model_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "artifact" ADD CONSTRAINT "artifact_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "artifact_chunk" ADD CONSTRAINT "artifact_chunk_project_id_sha256_fkey" FOREIGN KEY ("project_id", "sha256") REFERENCES "artifact" ("project_id", "sha256") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "experiment_event" ADD CONSTRAINT "experiment_event_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiment" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "promotion_request" ADD CONSTRAINT "promotion_request_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "champion" ADD CONSTRAINT "champion_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project" ("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot say: allowed values, sizes, and the append-only audit log.
ALTER TABLE "user" ADD CONSTRAINT "user_role_check" CHECK ("role" IN ('admin', 'member')),
  ADD CONSTRAINT "user_default_role_check" CHECK ("default_role" IN ('viewer', 'editor', 'approver')),
  ADD CONSTRAINT "user_email_check" CHECK ("email" = lower("email"));
ALTER TABLE "project_member" ADD CONSTRAINT "project_member_role_check" CHECK ("role" IN ('viewer', 'editor', 'approver'));
ALTER TABLE "dataset" ADD CONSTRAINT "dataset_status_check" CHECK ("status" IN ('profiling', 'ready', 'failed')),
  ADD CONSTRAINT "dataset_ready_check" CHECK ("status" <> 'ready' OR ("profile" IS NOT NULL AND "rows" IS NOT NULL));
ALTER TABLE "job" ADD CONSTRAINT "job_status_check" CHECK ("status" IN ('queued', 'running', 'completed', 'failed'));
ALTER TABLE "experiment" ADD CONSTRAINT "experiment_status_check"
  CHECK ("status" IN ('queued', 'running', 'paused', 'finishing', 'completed', 'failed', 'cancelled')),
  ADD CONSTRAINT "experiment_command_check" CHECK ("command" IN ('finish'));
ALTER TABLE "trial" ADD CONSTRAINT "trial_status_check"
  CHECK ("status" IN ('queued', 'running', 'completed', 'pruned', 'failed', 'cancelled')),
  ADD CONSTRAINT "trial_kind_check" CHECK ("kind" IN ('model', 'ensemble')),
  ADD CONSTRAINT "trial_running_check" CHECK ("status" <> 'running' OR "attempt_id" IS NOT NULL);
ALTER TABLE "trial_attempt" ADD CONSTRAINT "trial_attempt_outcome_check"
  CHECK ("outcome" IN ('completed', 'failed', 'lost', 'cancelled'));
ALTER TABLE "artifact" ADD CONSTRAINT "artifact_sha256_check" CHECK ("sha256" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "artifact_size_check" CHECK ("size" BETWEEN 0 AND 268435456);
ALTER TABLE "artifact_chunk" ADD CONSTRAINT "artifact_chunk_size_check" CHECK (octet_length("bytes") <= 1048576);
ALTER TABLE "artifact_chunk" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;
ALTER TABLE "promotion_request" ADD CONSTRAINT "promotion_request_status_check"
  CHECK ("status" IN ('pending', 'approved', 'rejected', 'withdrawn', 'stale', 'expired')),
  ADD CONSTRAINT "promotion_request_four_eyes_check"
  CHECK ("status" <> 'approved' OR ("decided_by" IS NOT NULL AND "decided_by" <> "requested_by"));
ALTER TABLE "champion" ADD CONSTRAINT "champion_kind_check" CHECK ("kind" IN ('promotion', 'rollback')),
  ADD CONSTRAINT "champion_sequence_check" CHECK ("sequence" >= 1);
ALTER TABLE "audit" ADD CONSTRAINT "audit_actor_kind_check" CHECK ("actor_kind" IN ('user', 'api_key', 'system'));

CREATE FUNCTION laurel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit log is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME;
END;
$$;
CREATE TRIGGER "audit_append_only" BEFORE UPDATE OR DELETE ON "audit"
  FOR EACH ROW EXECUTE FUNCTION laurel_refuse_change();
CREATE TRIGGER "audit_no_truncate" BEFORE TRUNCATE ON "audit"
  FOR EACH STATEMENT EXECUTE FUNCTION laurel_refuse_change();
