/** The most records that one Kinesis request accepts. */
export const RECORDS_MAX = 500;
