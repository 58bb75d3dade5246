-- What was learnt from a model's out-of-fold predictions (calibration, threshold), and the model that one was made from.
ALTER TABLE "model" ADD COLUMN "finishing" JSONB, ADD COLUMN "refit_of" TEXT, ADD COLUMN "refit_kind" TEXT;
CREATE INDEX "model_refit_of_idx" ON "model" ("refit_of");
ALTER TABLE "model" ADD CONSTRAINT "model_refit_of_fkey" FOREIGN KEY ("refit_of") REFERENCES "model" ("id") ON DELETE SET NULL ON UPDATE CASCADE;
