/** The tables of the queues. */
export const QUEUE_TABLES = '';
