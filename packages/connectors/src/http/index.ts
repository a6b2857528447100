export { ingestion, type Ingestion, type IngestionMetrics, type RouteMetrics } from './ingestion.js';
export type { IngestedRecord, IngestionOptions, IngestionRoute, IngestionTopic } from './options.js';
