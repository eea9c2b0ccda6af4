/** Connections of a process to the database, unless it is told otherwise. */
export const DEFAULT_CONNECTIONS = 20;
/** Each of the five lanes of a worker holds one while it counts attempts on another. */
export const LEAST_CONNECTIONS = 10;
/** More than a server has for all of its clients, as a rule. */
export const MOST_CONNECTIONS = 1_000;
