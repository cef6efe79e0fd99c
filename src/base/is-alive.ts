/** Whether a process with that id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is alive although we may not signal it.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
