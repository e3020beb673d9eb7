-- What happened last, or by some instant, is found without reading the whole log.
CREATE INDEX event_time ON event (at, seq);
