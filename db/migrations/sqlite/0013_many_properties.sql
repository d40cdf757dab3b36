-- +goose Up

-- Who has many properties asks for a status at each of them: the newest of a
-- status at a property is found by a look at the index, and not by passing over
-- the others.
CREATE INDEX bookings_property_status ON bookings (property, status, event);

-- The open alerts are walked from the newest of each priority: of all, and at each
-- property.
DROP INDEX alerts_open;
CREATE INDEX alerts_open ON alerts (priority, event) WHERE status <> 'resolved';
CREATE INDEX alerts_open_at ON alerts (property, priority, event) WHERE status <> 'resolved';

-- Properties are listed by name, a page of them at a time.
CREATE INDEX properties_name ON properties (name);

-- Who looks after a property is asked by the property.
CREATE INDEX user_properties_property ON user_properties (property);

-- +goose Down
-- A database is never taken back a version in place; restore a backup instead.
SELECT 1;
