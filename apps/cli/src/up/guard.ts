/**
 * Loaded before web, worker and serve (`node --import`): when the launcher is gone, so are they. Without it a launcher
 * that was killed would leave servers on the ports that the next start needs.
 */
if (process.send) {
  process.channel?.unref();
  process.on('disconnect', () => {
    setTimeout(() => process.exit(0), 10_000).unref();
    process.kill(process.pid, 'SIGTERM');
  });
}
