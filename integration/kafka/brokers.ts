/** The brokers that the tests share. */
export function brokers(): string {
  const given = process.env['KAFKA_BROKERS'];
  if (given === undefined) throw new Error('Set KAFKA_BROKERS, like KAFKA_BROKERS=localhost:9092.');
  return given;
}
