/** The tables of the stores. */
export const STORE_TABLES = '';
