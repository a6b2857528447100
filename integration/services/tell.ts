/** One line about the servers, for the person who waits; not on stdout, which belongs to what is run. */
export function tell(line: string): void {
  process.stderr.write(`services: ${line}\n`);
}
