/** The most that one request of Kinesis takes. */
export const RECORDS_MAX = 500;
