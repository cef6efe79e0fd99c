// Bundled by itself (see bundle.ts).
export { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
