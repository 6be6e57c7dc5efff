/* SPDX-License-Identifier: Apache-2.0 */
/* sim/aws/protocol/error.h: AWS errors: one code per wire name, with its HTTP status per service */
#pragma once

#include "base/value.h"

G_BEGIN_DECLS

/* X (enum, wire code, HTTP status). EC2's client errors are 400, its server errors 500 or 503. */
#define AWS_ERRORS(X) \
  X (AWS_ACCESS_DENIED, "AccessDeniedException", 403) \
  X (AWS_INVALID_PARAMETER, "InvalidParameterException", 400) \
  X (AWS_INVALID_REQUEST, "InvalidRequestException", 400) \
  X (AWS_RESOURCE_NOT_FOUND, "ResourceNotFoundException", 404) \
  X (AWS_RESOURCE_IN_USE, "ResourceInUseException", 409) \
  X (AWS_RESOURCE_LIMIT, "ResourceLimitExceededException", 400) \
  X (AWS_CLIENT, "ClientException", 400) \
  X (AWS_SERVER, "ServerException", 500) \
  X (AWS_THROTTLING_EXCEPTION, "ThrottlingException", 429) \
  X (AWS_VALIDATION, "ValidationError", 400) \
  X (AWS_ALREADY_EXISTS, "AlreadyExists", 400) \
  X (AWS_RESOURCE_IN_USE_FAULT, "ResourceInUse", 400) \
  X (AWS_SCALING_ACTIVITY_IN_PROGRESS, "ScalingActivityInProgress", 400) \
  X (AWS_RESOURCE_CONTENTION, "ResourceContention", 500) \
  X (AWS_INVALID_NEXT_TOKEN, "InvalidNextToken", 400) \
  X (AWS_LIMIT_EXCEEDED, "LimitExceeded", 400) \
  X (AWS_THROTTLING, "Throttling", 400) \
  X (AWS_REQUEST_LIMIT_EXCEEDED, "RequestLimitExceeded", 503) \
  X (AWS_INVALID_INSTANCE_ID_NOT_FOUND, "InvalidInstanceID.NotFound", 400) \
  X (AWS_INVALID_INSTANCE_ID_MALFORMED, "InvalidInstanceID.Malformed", 400) \
  X (AWS_INVALID_AMI_ID_NOT_FOUND, "InvalidAMIID.NotFound", 400) \
  X (AWS_INVALID_AMI_ID_MALFORMED, "InvalidAMIID.Malformed", 400) \
  X (AWS_INVALID_SUBNET_ID_NOT_FOUND, "InvalidSubnetID.NotFound", 400) \
  X (AWS_INVALID_VPC_ID_NOT_FOUND, "InvalidVpcID.NotFound", 400) \
  X (AWS_INVALID_GROUP_NOT_FOUND, "InvalidGroup.NotFound", 400) \
  X (AWS_INVALID_USER_DATA, "InvalidUserData.Malformed", 400) \
  X (AWS_INVALID_ID, "InvalidID", 400) \
  X (AWS_INVALID_INSTANCE_TYPE, "InvalidInstanceType", 400) \
  X (AWS_OPERATION_NOT_PERMITTED, "OperationNotPermitted", 400) \
  X (AWS_INVALID_TEMPLATE_ID_NOT_FOUND, "InvalidLaunchTemplateId.NotFound", 400) \
  X (AWS_INVALID_TEMPLATE_ID_MALFORMED, "InvalidLaunchTemplateId.Malformed", 400) \
  X (AWS_INVALID_TEMPLATE_NAME_NOT_FOUND, "InvalidLaunchTemplateName.NotFoundException", 400) \
  X (AWS_TEMPLATE_NAME_EXISTS, "InvalidLaunchTemplateName.AlreadyExistsException", 400) \
  X (AWS_INVALID_TEMPLATE_VERSION_NOT_FOUND, "InvalidLaunchTemplateId.VersionNotFound", 400) \
  X (AWS_INVALID_PARAMETER_VALUE, "InvalidParameterValue", 400) \
  X (AWS_INVALID_PARAMETER_COMBINATION, "InvalidParameterCombination", 400) \
  X (AWS_MISSING_PARAMETER, "MissingParameter", 400) \
  X (AWS_UNKNOWN_PARAMETER, "UnknownParameter", 400) \
  X (AWS_INVALID_ACTION, "InvalidAction", 400) \
  X (AWS_INSUFFICIENT_CAPACITY, "InsufficientInstanceCapacity", 500) \
  X (AWS_INSUFFICIENT_ADDRESSES, "InsufficientFreeAddressesInSubnet", 400) \
  X (AWS_VCPU_LIMIT_EXCEEDED, "VcpuLimitExceeded", 400) \
  X (AWS_MAX_SPOT_COUNT_EXCEEDED, "MaxSpotInstanceCountExceeded", 400) \
  X (AWS_UNSUPPORTED_OPERATION, "UnsupportedOperation", 400) \
  X (AWS_DRY_RUN, "DryRunOperation", 412) \
  X (AWS_PARAMETER_NOT_FOUND, "ParameterNotFound", 400) \
  X (AWS_VALIDATION_EXCEPTION, "ValidationException", 400) \
  X (AWS_UNKNOWN_OPERATION, "UnknownOperationException", 400) \
  X (AWS_SERIALIZATION, "SerializationException", 400) \
  X (AWS_MISSING_AUTHENTICATION, "MissingAuthenticationToken", 403) \
  X (AWS_NOT_MODELLED, "NotImplemented", 501) \
  X (AWS_INTERNAL_ERROR, "InternalError", 500) \
  X (AWS_SERVICE_UNAVAILABLE, "ServiceUnavailable", 503) \
  X (AWS_SERVICE_UNAVAILABLE_EXCEPTION, "ServiceUnavailableException", 503) \
  X (AWS_UNAVAILABLE, "Unavailable", 503) \
  X (AWS_INTERNAL_SERVER_ERROR, "InternalServerError", 500) \
  X (AWS_INTERNAL_FAILURE, "InternalFailure", 500)

typedef enum
{
#define X(id, code, status) id,
  AWS_ERRORS (X)
#undef X
      AWS_N_ERRORS
} AwsErrorCode;

#define AWS_ERROR (aws_error_quark ())
GQuark aws_error_quark (void);

/* As g_set_error (), with further members of the error's shape (EKS: clusterName, nodegroupName);
 * DETAILS is taken. */
void aws_set_error (GError **error, AwsErrorCode code, DdValue *details, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
const DdValue *aws_error_details (const GError *error); /* NULL or borrowed */
const char *aws_error_code_name (AwsErrorCode code);
guint aws_error_code_status (AwsErrorCode code);
gboolean aws_error_code_from_name (const char *name, AwsErrorCode *out_code);

G_END_DECLS
