-- Which worker began to read a dataset or to prepare an experiment: when it dies, the next start gives the work back.
ALTER TABLE "dataset" ADD COLUMN "begun_by" TEXT;
ALTER TABLE "experiment" ADD COLUMN "begun_by" TEXT;
