import '@laurel/pool/child';
