// Bundled by itself (see bundle.ts).
export { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
