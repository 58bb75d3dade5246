import { serialiseError } from '@laurel/contracts';

interface Command {
  usage: string;
  /** loaded when it is called: training needs no database, and the platform no engine */
  load(): Promise<(args: string[]) => Promise<number>>;
}

/** Every command; one entry each. A command answers its exit code, or throws an AppError with a message for people. */
const commands: Record<string, Command> = {
  up: {
    usage: 'up                                start the platform',
    load: async () => {
      const { up } = await import('./up/up.ts');
      return async () => {
        await up();
        return 0;
      };
    },
  },
  train: {
    usage: 'train FILE --target COLUMN        train models on a table (--help for its options)',
    load: async () => (await import('./train/train.ts')).trainCommand,
  },
  predict: {
    usage:
      'predict DIR FILE [--probabilities] [--intervals [--level 0.9]]  predict the rows of a file with a trained model',
    load: async () => (await import('./predict/predict.ts')).predictCommand,
  },
  replay: {
    usage: 'replay MANIFEST TABLE             train a run again and check that its models are the same',
    load: async () => (await import('./replay/replay.ts')).replayCommand,
  },
  refit: {
    usage: 'refit DIR TABLE --out NEWDIR      fit a trained model again on all rows, or distil it (--help)',
    load: async () => (await import('./refit/refit.ts')).refitCommand,
  },
  audit: {
    usage: 'audit verify                      check the hash chain of the audit log',
    load: async () => (await import('./audit/audit.ts')).auditCommand,
  },
  migrate: {
    usage: 'migrate                           bring the database to this version',
    load: async () => {
      const { migrateCommand } = await import('./migrate/migrate.ts');
      return async () => {
        await migrateCommand();
        return 0;
      };
    },
  },
  doctor: {
    usage: 'doctor                            check what Laurel needs on this machine',
    load: async () => {
      const { doctorCommand } = await import('./doctor/doctor.ts');
      return () => doctorCommand();
    },
  },
};

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(`${usage()}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    process.stderr.write(`There is no command ${JSON.stringify(name)}.\n\n${usage()}\n`);
    return 2;
  }
  const run = await command.load();
  return run(rest);
}

function usage(): string {
  const lines = Object.values(commands).map((command) => `  ${command.usage}`);
  return ['Usage: laurel COMMAND', '', ...lines].join('\n');
}

// A reader that has seen enough, such as `head`, closes the pipe: that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const { code, message } = serialiseError(error);
    process.stderr.write(`${message}\n`);
    if (code === 'INTERNAL' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
    process.exitCode = 1;
  },
);
