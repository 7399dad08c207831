/** Whether this build may show invented data; false in production, where the code is left out. */
declare const __DEMO__: boolean;
