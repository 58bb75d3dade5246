-- Commands of people wait in order, each with its time: finish, pause, resume, extend.
ALTER TABLE "experiment" DROP CONSTRAINT "experiment_command_check";
ALTER TABLE "experiment" ADD COLUMN "commands" JSONB NOT NULL DEFAULT '[]', ADD COLUMN "engine" JSONB;
UPDATE "experiment" SET "commands" = '[{"type": "finish"}]' WHERE "command" = 'finish';
ALTER TABLE "experiment" DROP COLUMN "command";
ALTER TABLE "experiment" ADD CONSTRAINT "experiment_commands_check" CHECK (jsonb_typeof("commands") = 'array');
DROP INDEX "experiment_live";
CREATE INDEX "experiment_live" ON "experiment" ("status") WHERE (status IN ('queued', 'running', 'paused', 'finishing'));

-- How a trial was asked for, how far it came, and what it made.
ALTER TABLE "trial" ADD COLUMN "spec" JSONB NOT NULL DEFAULT '{}', ADD COLUMN "stop_reason" TEXT,
  ADD COLUMN "generated_features" JSONB NOT NULL DEFAULT '[]', ADD COLUMN "run" JSONB;
ALTER TABLE "trial_attempt" DROP CONSTRAINT "trial_attempt_outcome_check";
ALTER TABLE "trial_attempt" ADD CONSTRAINT "trial_attempt_outcome_check"
  CHECK ("outcome" IN ('completed', 'pruned', 'failed', 'lost', 'cancelled'));
