# What an instance has, for the API and for snippets that people give to `gitlab-rails runner`.
require "base64"
require "date"
require "time"
require "openssl"
require "securerandom"
require_relative "application_settings"

# A password or a token is kept as what cannot be turned back.
module Digests
  def self.password(text, salt = SecureRandom.hex(8))
    "#{salt}$#{OpenSSL::KDF.pbkdf2_hmac(text, salt: salt, iterations: 10_000, length: 32, hash: "SHA256").unpack1("H*")}"
  end

  def self.password?(text, kept)
    !kept.nil? && OpenSSL.secure_compare(password(text, kept.split("$")[0]), kept)
  end

  def self.token(text) = OpenSSL::Digest::SHA256.hexdigest(text)
end

class User < Standin::Record
  stored_in "users"

  def password=(text)
    raise ArgumentError, "Password is too short (minimum is 8 characters)" if text.to_s.length < 8

    values[:password_digest] = Digests.password(text)
  end

  # What snippets say of a user, and what is nothing here.
  %i[password_confirmation= skip_confirmation= organization_id=].each { |name| define_method(name) { |_| nil } }

  def skip_confirmation! = nil
  def assign_personal_namespace(_organization = nil) = nil
  def valid_password?(text) = Digests.password?(text, values[:password_digest])
  def admin? = values[:admin] == true

  # The events of upstream's state machine, and from which states they lead to theirs.
  EVENTS = {
    block: [%w[active deactivated ldap_blocked blocked_pending_approval], "blocked"],
    ban: [%w[active], "banned"],
    deactivate: [%w[active], "deactivated"],
    activate: [%w[deactivated blocked ldap_blocked blocked_pending_approval banned], "active"]
  }.freeze
  EVENTS.each do |event, (from, to)|
    define_method(event) { from.include?(state) && update!(state: to) }
    define_method(:"#{event}!") { public_send(event) || raise("Cannot transition state via :#{event} from :#{state}") }
  end

  def active? = state == "active"

  def personal_access_tokens = PersonalAccessToken.where(user_id: id)
  def keys = Key.where(user_id: id)

  def save!
    created = super
    Namespace.where(path: username, kind: "user").first_or_create(name: name, owner_id: id)
    created
  end
  alias save save!
end

class PersonalAccessToken < Standin::Record
  stored_in "personal_access_tokens"

  def self.made(**given)
    token = "glpat-#{SecureRandom.alphanumeric(20)}"
    [new(**given).tap { |record| record.set_token(token) && record.save! }, token]
  end

  INVALID = "Validation failed: Expires at is invalid"

  # The last day that a token may have; nil where the instance has no limit, which is a feature of Ultimate.
  def self.limit
    days = Standin::ApplicationSettings.current["max_personal_access_token_lifetime"]
    Date.today + days if days && License.current&.terms&.fetch("plan", nil) == "ultimate"
  end

  # As in Rails, one that is not valid is not kept, which `save!` says.
  def self.create(**given) = new(**given).tap { |record| record.save! if record.within?(limit) }

  def within?(limit)
    limit.nil? || values[:expires_at].nil? || Date.parse(values[:expires_at].to_s) <= limit
  end

  def save!
    raise ArgumentError, INVALID unless persisted? || within?(self.class.limit)

    super
  end
  alias save save!

  def set_token(text) = values[:token_digest] = Digests.token(text)
  def revoke! = update!(revoked: true)
  def active? = !revoked && (expires_at.nil? || Date.parse(expires_at.to_s) > Date.today)
  def user = User.find(user_id)
end

class Key < Standin::Record
  stored_in "keys"
end

class Namespace < Standin::Record
  stored_in "namespaces"
end

class Project < Standin::Record
  stored_in "projects"

  ROOT = "/var/opt/gitlab/git-data/repositories"

  def self.find_by_full_path(path)
    namespace, _, name = path.rpartition("/")
    found = Namespace.find_by(path: namespace)
    found && find_by(namespace_id: found.id, path: name)
  end

  def namespace = Namespace.find(namespace_id)
  def full_path = "#{namespace.path}/#{path}"

  # Where upstream has it: below two bytes of the digest of the id.
  def repository
    digest = OpenSSL::Digest::SHA256.hexdigest(id.to_s)
    "#{ROOT}/@hashed/#{digest[0, 2]}/#{digest[2, 2]}/#{digest}.git"
  end
end

# A licence whose `data` is readable here, which that of the vendor is not: JSON in base64.
class License < Standin::Record
  stored_in "licenses"

  INVALID = "The license key is invalid. Make sure it is exactly as you received it from GitLab Inc."

  def self.current = all.to_a.reverse.find(&:started?)

  # The file's text with LF and one newline at the end, or why it is none.
  def self.parse(text)
    body = text.gsub("\r", "").gsub(/^-----(BEGIN|END)[^-]*-----$/, "").delete("\n ")
    outer = JSON.parse(Base64.strict_decode64(body))
    raise ArgumentError, INVALID unless outer.is_a?(Hash) && outer.keys.sort == %w[data iv key]

    terms = JSON.parse(Base64.strict_decode64(outer["data"]))
    Date.parse(terms.fetch("starts_at")) && Date.parse(terms.fetch("expires_at"))
    terms
  rescue JSON::ParserError, KeyError, Date::Error, TypeError
    raise ArgumentError, INVALID
  rescue ArgumentError => e
    raise ArgumentError, e.message == INVALID ? e.message : INVALID
  end

  def data=(text)
    self.class.parse(text)
    values[:data] = "#{text.gsub("\r", "").strip}\n"
  end

  def terms = @terms ||= self.class.parse(data)
  def started? = Date.parse(terms["starts_at"]) <= Date.today
  def expired? = Date.parse(terms["expires_at"]) <= Date.today
end

module Organizations
  Organization = Struct.new(:id) do
    def self.first = new(1)
    def self.default_organization = first
  end
end

module Users
  # As the documentation makes a user: what it gives answers to `success?`, `message` and `payload`.
  class CreateService
    Response = Struct.new(:success?, :message, :payload)

    def initialize(_by, **params)
      @params = params
    end

    def execute
      Response.new(true, nil, { user: User.create!(**@params) })
    rescue ArgumentError, PG::Error => e
      Response.new(false, e.message, { user: nil })
    end
  end
end
